"""Okabe and Ito's colours, which people tell apart whatever their sight. Pure."""

from __future__ import annotations

WIDTH = 600

GREEN, VERMILION, BLUE = "#009e73", "#d55e00", "#0072b2"
ORANGE, SKY, PURPLE, YELLOW = "#e69f00", "#56b4e9", "#cc79a7", "#f0e442"
GREY = "#8f8f8f"

_IN_TURN = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW)


def colour(number: int) -> str:
    """The colour of the ``number``-th of several, from 0; beyond seven they come again."""
    return _IN_TURN[number % len(_IN_TURN)]


def is_dark(one: str) -> bool:
    """Whether words on this colour are white."""
    return one == BLUE


def key(number: int) -> str:
    """The letters of the ``number``-th of several, from 0: A to Z, then AA, AB …"""
    letters = ""
    while number >= 0:
        number, last = divmod(number, 26)
        letters = chr(ord("A") + last) + letters
        number -= 1
    return letters
