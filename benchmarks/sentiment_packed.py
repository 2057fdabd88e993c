"""The same batches of reviews train faster here than with PyTorch's packed sequences.

`book-bilstm`'s architecture; 12 batches of an epoch in buckets of 128, drawn evenly over it and
held in memory, each trained on once in the same order. PyTorch reads them packed, so that it
computes no padding; and as a further line padded, so that it reads the padding. About four minutes.
"""

from collections.abc import Callable
from typing import Any

import harness
from contenders import reviews
from harness import Benchmark, Claim, Contender, Go, faster

COUNT = 12


def textrnn() -> Go:
    """The training step of `sentiment-train`, padding masked."""
    from contenders import ours

    batches = reviews.bucket_batches(COUNT)
    learn = ours.review_step(True, reviews.batch_spec())

    def go() -> None:
        for batch in batches:
            learn(batch)

    return go


def packed() -> Go:
    """`nn.LSTM` on packed sequences."""
    from torch.nn.utils.rnn import pack_padded_sequence

    def pack(embedded: Any, lengths: Any) -> Any:
        return pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)

    return _pytorch(pack)


def padded() -> Go:
    """`nn.LSTM` on padded batches, the padding read."""
    return _pytorch(lambda embedded, _lengths: embedded)


def _pytorch(arrange: Callable[[Any, Any], Any]) -> Go:
    import torch
    from torch import nn

    torch.manual_seed(1)
    batches = [
        (torch.from_numpy(tokens.numpy()), torch.from_numpy(labels.numpy()).float())
        for _places, tokens, labels in reviews.bucket_batches(COUNT)
    ]
    embedding = nn.Embedding(reviews.vocabulary_size(), 20, padding_idx=0)
    lstm = nn.LSTM(20, 64, bidirectional=True, batch_first=True)
    head = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 1))
    weights = [w for part in (embedding, lstm, head) for w in part.parameters()]
    optimizer = torch.optim.Adam(weights, lr=1e-3)

    def learn(tokens: Any, labels: Any) -> None:
        optimizer.zero_grad()
        lengths = (tokens > 0).sum(1)
        _, (last, _) = lstm(arrange(embedding(tokens), lengths))
        logits = head(torch.cat([last[0], last[1]], 1))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
        loss.backward()
        optimizer.step()
        loss.item()

    def go() -> None:
        for batch in batches:
            learn(*batch)

    return go


BENCHMARK = Benchmark(
    name="sentiment_packed",
    title=f"`book-bilstm` trained on {COUNT} batches of up to 128 reviews of like length",
    contenders={
        "textrnn": Contender(textrnn),
        "PyTorch, packed": Contender(packed),
        "PyTorch, padded": Contender(padded),
    },
    claims=[
        Claim(
            "`book-bilstm` on the same batches against PyTorch with packed sequences",
            faster("textrnn", "PyTorch, packed"),
            4,
        ),
    ],
    rounds=5,
    warm_up=1,
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
