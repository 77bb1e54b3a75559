"""A small file of further languages, as in `tests.search.sources`."""

FURTHER_SOURCES: dict[str, tuple[str, list[tuple[str, str, int, int]]]] = {
    "a.kt": (
        """package a.b

/** A point. */
@Serializable
data class Point(val x: Int) : Base() {
    companion object {
        fun zero(): Point = Point(0)
    }

    /** Adds one. */
    fun add(other: Point): Point {
        return other
    }
}

interface Shape {
    fun area(): Double
}

fun String.shout(): String = uppercase()
""",
        [
            ("window", "", 1, 1),
            ("class", "Point", 3, 14),
            ("function", "Point.zero", 7, 7),
            ("function", "Point.add", 10, 13),
            ("class", "Shape", 16, 18),
            ("function", "Shape.area", 17, 17),
            ("function", "shout", 20, 20),
        ],
    ),
    "a.scala": (
        """package shop

/** A cart. */
case class Cart(size: Int) extends Base {
  /** Adds one. */
  def add(item: Item): Cart = copy(size + 1)
}

object Cart {
  def empty: Cart = Cart(0)
}

trait Priced {
  def price: Int
}

given ordering: Ordering[Cart] with {
  def compare(a: Cart, b: Cart) = 0
}
""",
        [
            ("window", "", 1, 1),
            ("class", "Cart", 3, 7),
            ("function", "Cart.add", 5, 6),
            ("class", "Cart", 9, 11),
            ("function", "Cart.empty", 10, 10),
            ("class", "Priced", 13, 15),
            ("function", "Priced.price", 14, 14),
            ("function", "ordering", 17, 19),
        ],
    ),
    "a.swift": (
        """import Foundation

/// A session.
@objc
public final class Session: Base {
    public let queue: Queue

    public init(queue: Queue) { self.queue = queue }

    /// Asks.
    func request(_ url: URL) -> Request {
        return Request()
    }

    enum State { case open, closed }
}

extension Session: Codable {
    static func make() -> Session { fatalError() }
}

protocol Shape {
    func area() -> Double
}
""",
        [
            ("window", "", 1, 1),
            ("class", "Session", 3, 16),
            ("window", "Session.queue", 6, 6),
            ("function", "Session.init", 8, 8),
            ("function", "Session.request", 10, 13),
            ("class", "Session.State", 15, 15),
            ("class", "Session", 18, 20),
            ("function", "Session.make", 19, 19),
            ("class", "Shape", 22, 24),
            ("function", "Shape.area", 23, 23),
        ],
    ),
    "a.dart": (
        """import 'dart:io';

/// A point.
@immutable
class Point extends Base {
  final int x;
  Point(this.x);

  /// Adds one.
  int add(Point other) {
    return other.x;
  }

  int get size => 3;
}

mixin Loud on Point {}

void main() {
  print(1);
}
""",
        [
            ("window", "", 1, 1),
            ("class", "Point", 3, 15),
            ("function", "Point.Point", 7, 7),
            ("function", "Point.add", 9, 12),
            ("function", "Point.size", 14, 14),
            ("class", "Loud", 17, 17),
            ("function", "main", 19, 21),
        ],
    ),
    "a.lua": (
        """local M = {}

-- Adds numbers.
local function add(a, b)
  return a + b
end

function M.open(path) end
function M:close() end
M.read = function(path) end
local handlers = { stop = function() end }
""",
        [
            ("window", "", 1, 1),
            ("function", "add", 3, 6),
            ("function", "M.open", 8, 8),
            ("function", "M:close", 9, 9),
            ("function", "M.read", 10, 10),
            ("function", "handlers.stop", 11, 11),
        ],
    ),
    "a.ex": (
        '''defmodule Shop.Cart do
  @moduledoc "A cart."

  @doc """
  Adds one.
  """
  @spec add(t, term) :: t
  def add(cart, nil), do: cart

  def add(cart, item) do
    [item | cart]
  end

  defp empty?(cart) when cart == [], do: true
end

defimpl Priced, for: Shop.Cart do
  def price(cart), do: 1
end
''',
        [
            ("class", "Shop.Cart", 1, 15),
            ("function", "Shop.Cart.add", 4, 12),
            ("function", "Shop.Cart.empty?", 14, 14),
            ("class", "Priced", 17, 19),
            ("function", "Priced.price", 18, 18),
        ],
    ),
    "a.hs": (
        """module Shop (total) where

-- | A cart.
data Cart = Cart Int
  deriving Show

class Priced a where
  price :: a -> Int

instance Priced Cart where
  price (Cart n) = n

-- | Adds up.
total :: [Int] -> Int
total [] = 0
total (x : xs) = x + rest
  where rest = total xs
""",
        [
            ("window", "", 1, 1),
            ("class", "Cart", 3, 5),
            ("class", "Priced", 7, 8),
            ("function", "Priced.price", 8, 8),
            ("class", "Priced", 10, 11),
            ("function", "Priced.price", 11, 11),
            ("function", "total", 13, 17),
        ],
    ),
    "a.zig": (
        """const std = @import("std");

/// Adds numbers.
pub fn add(a: i32, b: i32) i32 {
    return a + b;
}

pub const Point = struct {
    x: i32,

    pub fn init() Point {
        return .{};
    }
};

test "add works" {}
""",
        [
            ("window", "", 1, 1),
            ("function", "add", 3, 6),
            ("class", "Point", 8, 14),
            ("function", "Point.init", 11, 13),
            ("function", "add works", 16, 16),
        ],
    ),
    "a.sql": (
        """-- Who buys.
CREATE TABLE IF NOT EXISTS users (
  id INT PRIMARY KEY
);

CREATE VIEW shop.active AS SELECT * FROM users;
INSERT INTO users VALUES (1);
CREATE FUNCTION total(a INT) RETURNS INT AS $$ SELECT 1; $$ LANGUAGE sql;
""",
        [
            ("class", "users", 1, 4),
            ("class", "shop.active", 6, 6),
            ("window", "", 7, 7),
            ("function", "total", 8, 8),
        ],
    ),
    "a.tf": (
        """# Where logs go.
resource "aws_s3_bucket" "logs" {
  bucket = "x"
}

variable "region" { default = "eu" }

locals { size = 1 }
""",
        [
            ("class", "aws_s3_bucket.logs", 1, 4),
            ("class", "region", 6, 6),
            ("window", "", 8, 8),
        ],
    ),
}
