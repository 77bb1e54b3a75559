"""A small file of every language, with the chunks that it gives: kind, symbol, first and last line."""

SOURCES: dict[str, tuple[str, list[tuple[str, str, int, int]]]] = {
    "a.py": (
        '''"""Reads caches."""

import os

LIMIT = 10


@final
class Cache:
    """Entries on disk."""

    suffix = ".bin"

    # Loads one.
    @retry(3)
    def load(self, key):
        """Load an entry."""
        def inner():
            return key
        return inner()

    size = 3


def main() -> None:
    Cache().load("a")
''',
        [
            ("window", "LIMIT", 1, 5),
            ("class", "Cache", 8, 22),
            ("window", "Cache.suffix", 12, 12),
            ("function", "Cache.load", 15, 20),
            ("window", "Cache.size", 22, 22),
            ("function", "main", 25, 26),
        ],
    ),
    "a.js": (
        """import fs from "fs";

/** Parses a date. */
export const parseDate = async (text) => {
  return text.split(" ");
};

class Client {
  timeout = 3;

  /** Sends it. */
  send(request) {
    return fs.write(request);
  }
}
function plain() { return 1; }
""",
        [
            ("window", "", 1, 1),
            ("function", "parseDate", 3, 6),
            ("class", "Client", 8, 15),
            ("window", "Client.timeout", 9, 9),
            ("function", "Client.send", 11, 14),
            ("function", "plain", 16, 16),
        ],
    ),
    "a.ts": (
        """/** A user. */
export interface User {
  name: string;
}

export class Store<T> {
  constructor(private items: T[]) {}

  /** Finds one. */
  find(id: string): T | undefined {
    return this.items.find(item => item.id === id);
  }
}
type Id = string | number;
""",
        [
            ("class", "User", 1, 4),
            ("window", "User.name", 3, 3),
            ("class", "Store", 6, 13),
            ("function", "Store.constructor", 7, 7),
            ("function", "Store.find", 9, 12),
            ("class", "Id", 14, 14),
        ],
    ),
    "a.java": (
        """package a.b;

import java.util.List;

/** Reads files. */
public class Reader {
    private int size;

    /** Reads one. */
    @Override
    public String read(String name) {
        return open(name);
    }

    interface Source { String open(String name); }
}
""",
        [
            ("window", "", 1, 3),
            ("class", "Reader", 5, 16),
            ("window", "Reader.size", 7, 7),
            ("function", "Reader.read", 9, 13),
            ("class", "Reader.Source", 15, 15),
        ],
    ),
    "a.go": (
        """package cache

import "os"

// Entry is an entry.
type Entry struct {
	Name string
}

// Load loads it.
func (e *Entry) Load() error {
	return os.ErrNotExist
}
""",
        [
            ("window", "", 1, 3),
            ("class", "Entry", 5, 8),
            ("function", "Entry.Load", 10, 13),
        ],
    ),
    "a.rs": (
        """use std::io;

/// A cache.
#[derive(Debug)]
pub struct Cache {
    size: usize,
}

impl Cache {
    /// Loads it.
    pub fn load(&self) -> io::Result<()> {
        Ok(())
    }
}
""",
        [
            ("window", "", 1, 1),
            ("class", "Cache", 3, 7),
            ("function", "Cache.load", 10, 13),
        ],
    ),
    "a.c": (
        """#include <stdio.h>

/* A point. */
struct point {
    int x, y;
};

typedef enum { RED, GREEN } color;

/* Adds numbers. */
int add(int a, int b)
{
    return a + b;
}
""",
        [
            ("window", "", 1, 1),
            ("class", "point", 3, 6),
            ("class", "color", 8, 8),
            ("function", "add", 10, 14),
        ],
    ),
    "a.cpp": (
        """#include <vector>

namespace shop {
/// A cart.
class Cart {
 public:
  /// Adds one.
  void add(int item) { items_.push_back(item); }

 private:
  std::vector<int> items_;
};

struct Point {
  int x;
};

template <typename T>
T largest(T a, T b) {
  return a > b ? a : b;
}
}  // namespace shop
""",
        [
            ("window", "", 1, 3),
            ("class", "shop.Cart", 4, 12),
            ("function", "shop.Cart.add", 7, 8),
            ("window", "shop.Cart.items_", 11, 11),
            ("class", "shop.Point", 14, 16),
            ("function", "shop.largest", 18, 21),
        ],
    ),
    "a.cs": (
        """using System;

namespace Shop
{
    /// <summary>A cart.</summary>
    public class Cart
    {
        public int Count { get; set; }

        /// <summary>Adds one.</summary>
        public void Add(string item)
        {
            Count++;
        }
    }
}
""",
        [
            ("window", "", 1, 4),
            ("class", "Cart", 5, 15),
            ("window", "Cart.Count", 8, 8),
            ("function", "Cart.Add", 10, 14),
        ],
    ),
    "a.rb": (
        """require "json"

# Shop things.
module Shop
  class Cart
    LIMIT = 3

    # Adds one.
    def add(item)
      items << item
    end
  end
end
""",
        [
            ("window", "", 1, 1),
            ("class", "Shop", 3, 13),
            ("class", "Shop.Cart", 5, 12),
            ("window", "Shop.Cart.LIMIT", 6, 6),
            ("function", "Shop.Cart.add", 8, 11),
        ],
    ),
    "a.php": (
        """<?php
namespace Shop;

/** A cart. */
class Cart
{
    private $items = [];

    /** Adds one. */
    public function add($item)
    {
        $this->items[] = $item;
    }
}

function total($cart) {
    return count($cart);
}
""",
        [
            ("window", "", 1, 2),
            ("class", "Cart", 4, 14),
            ("window", "Cart.items", 7, 7),
            ("function", "Cart.add", 9, 13),
            ("function", "total", 16, 18),
        ],
    ),
    "a.sh": (
        """#!/bin/bash
set -euo pipefail

# Copies a file.
copy_file() {
  cp "$1" "$2"
}

function remove_file {
  rm "$1"
}

copy_file a b
""",
        [
            ("window", "", 1, 2),
            ("function", "copy_file", 4, 7),
            ("function", "remove_file", 9, 11),
            ("window", "", 13, 13),
        ],
    ),
    "a.md": (
        """Some words before.

# Guide

## Install

Run pip.

```bash
# not a heading
pip install x
```

Usage
-----

Call it.
""",
        [
            ("section", "", 1, 1),
            ("section", "Guide > Install", 5, 12),
            ("section", "Guide > Usage", 14, 17),
        ],
    ),
    "a.yaml": (
        "name: build\n\nsteps:\n  - run: make\n",
        [
            ("window", "", 1, 4),
        ],
    ),
}
