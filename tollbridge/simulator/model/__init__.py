"""The words of it all: rows, statuses, cards, money, ids, errors."""
