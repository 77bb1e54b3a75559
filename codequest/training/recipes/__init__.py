"""Recipes: whole sets of adapters from one file, read, followed and measured."""
