"""Files that are read in another way than by one grammar: components, notebooks, Protocol Buffers."""
