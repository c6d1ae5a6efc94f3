"""Symbols and ids: there and back, padding, and what is not known."""

import pytest
import torch

from course_lib.data.vocabulary import (
    PAD,
    SPECIAL,
    START,
    STOP,
    UNKNOWN,
    Vocabulary,
    pad_sequences,
    real_tokens,
)


def test_symbols_get_ids_in_order_after_the_special_ones():
    vocabulary = Vocabulary("早上好早")
    assert list(vocabulary) == [*SPECIAL, "早", "上", "好"]
    assert len(vocabulary) == 7
    assert vocabulary.encode("早好") == [4, 6]
    assert (PAD, START, STOP, UNKNOWN) == (0, 1, 2, 3)
    assert "早" in vocabulary
    assert "晚" not in vocabulary


def test_what_is_not_known_is_unknown_and_says_so():
    vocabulary = Vocabulary(["good", "morning"])
    assert vocabulary.encode(["good", "evening"]) == [4, UNKNOWN]
    assert vocabulary.id_of("evening") == UNKNOWN
    assert vocabulary.decode([4, UNKNOWN]) == ["good", "<unknown>"]


def test_reading_ends_at_stop_and_leaves_out_padding_and_start():
    vocabulary = Vocabulary(["good", "morning"])
    ids = torch.tensor([START, 4, 5, STOP, 4, PAD])
    assert vocabulary.decode(ids) == ["good", "morning"]
    assert vocabulary.decode([4, PAD, PAD]) == ["good"]


def test_a_text_comes_back_and_its_vocabulary_is_sorted():
    text = "to be or not to be\n"
    vocabulary = Vocabulary.of(text)
    assert list(vocabulary)[4:] == sorted(set(text))
    ids = vocabulary.as_tensor(text)
    assert ids.dtype == torch.long
    assert "".join(vocabulary.decode(ids)) == text
    assert vocabulary == Vocabulary.of(text[::-1])
    assert len({vocabulary, Vocabulary.of(text[::-1]), Vocabulary("to")}) == 2


@pytest.mark.parametrize("symbols", [["a", ""], ["<stop>"], ["a", "<pad>"]])
def test_symbols_that_would_be_mistaken_are_refused(symbols):
    with pytest.raises(ValueError, match="leave these out"):
        Vocabulary(symbols)


def test_ids_that_no_vocabulary_has_are_refused():
    vocabulary = Vocabulary("ab")
    with pytest.raises(ValueError, match="id 6 is not in a vocabulary of 6"):
        vocabulary.decode([4, 6])
    with pytest.raises(ValueError, match="id -1 is not"):
        vocabulary.decode([-1])
    with pytest.raises(ValueError, match="row by row"):
        vocabulary.decode(torch.tensor([[4, 5]]))


def test_sequences_are_padded_at_the_end():
    ids, lengths = pad_sequences([[4, 5, 6], [], [7]])
    assert torch.equal(ids, torch.tensor([[4, 5, 6], [0, 0, 0], [7, 0, 0]]))
    assert torch.equal(lengths, torch.tensor([3, 0, 1]))
    assert ids.dtype == lengths.dtype == torch.long
    assert torch.equal(real_tokens(ids).sum(dim=1), lengths)


@pytest.mark.parametrize("sequences", [[], [[]], [[], []]])
def test_padding_nothing_gives_no_columns(sequences):
    ids, lengths = pad_sequences(sequences)
    assert ids.shape == (len(sequences), 0)
    assert lengths.shape == (len(sequences),)


def test_padding_follows_the_device_that_is_asked_for():
    ids, lengths = pad_sequences([[4]], device="meta")
    assert ids.device.type == lengths.device.type == "meta"
