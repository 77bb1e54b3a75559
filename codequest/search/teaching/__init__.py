"""Teaching an index: chunk by chunk its teacher's vectors replace light ones, here or in a process of its own."""
