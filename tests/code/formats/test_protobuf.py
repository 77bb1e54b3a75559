"""Protocol Buffers."""

from __future__ import annotations

import time

import pytest

from codequest.code.formats.protobuf import ProtobufFile

SOURCE = b"""syntax = "proto3"; // version
package shop.v1;
option go_package = "x{y";

// A cart.
// Of one user.
message Cart {
  // Its state.
  enum State { EMPTY = 0; FULL = 1; }
  message Item { string name = 1; }
  repeated Item items = 1; // many
  oneof payload {
    string a = 2;
  }
}

/* Serves carts. */
service CartService {
  // Adds one.
  rpc Add(AddRequest) returns (Cart);
  rpc Watch(stream AddRequest) returns (stream Cart) {
    option (google.api.http) = { post: "/v1/{cart=*}:add" body: "*" };
  }
}
extend google.protobuf.FieldOptions { string mine = 50000; }
message Open { string message = 1; int32 service = 2;
"""


def test_messages_services_calls_and_enums() -> None:
    file = ProtobufFile(SOURCE)
    found = [(each.kind, each.name, each.documentation_line, file.line(each.span.end - 1)) for each in file.definitions]
    assert found == [
        ("class", "Cart", 5, 15),
        ("class", "Cart.State", 8, 9),
        ("class", "Cart.Item", 10, 10),
        ("class", "Cart.payload", 12, 14),
        ("class", "CartService", 17, 24),
        ("function", "CartService.Add", 19, 20),
        ("function", "CartService.Watch", 21, 23),
        ("class", "google.protobuf.FieldOptions", 25, 25),
        ("class", "Open", 26, 26),
    ]
    assert file.definitions[0].documentation == "// A cart.\n// Of one user."


@pytest.mark.parametrize(
    "repeated", [b"message a{", b"/*", b'"', b"rpc a(", b"{", b"}", b"a ", b"rpc a;", b"// a\n// b\n"]
)
def test_a_megabyte_of_anything_takes_seconds(repeated: bytes) -> None:
    began = time.thread_time()
    assert len(ProtobufFile(repeated * (1_000_000 // len(repeated))).definitions) <= 200_000
    assert time.thread_time() - began < 10  # what grows with the square of the length takes minutes
