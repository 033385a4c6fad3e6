#!/usr/bin/env python3
"""The same transformer in PyTorch: RMSNorm, rotary positions, SwiGLU, AdamW, clipping. Prints one JSON line with tokens a second.

Usage: pytorch.py --ranks 2 --threads 1 --precision autocast --steps 14 [--experts 8 --active 2 --ffn 512]
"""
import argparse, json, math, os, statistics, time

import torch
import torch.nn as nn
import torch.nn.functional as F

LAYERS, HIDDEN, HEADS, FFN, SEQUENCE, VOCAB, BATCH = 6, 384, 6, 1024, 256, 256, 16


class RmsNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(HIDDEN))

    def forward(self, x):
        return x * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + 1e-5).to(x.dtype) * self.weight


class FeedForward(nn.Module):
    def __init__(self, ffn):
        super().__init__()
        self.gate_up = nn.Linear(HIDDEN, 2 * ffn, bias=False)
        self.down = nn.Linear(ffn, HIDDEN, bias=False)

    def forward(self, x):
        gate, up = self.gate_up(x).chunk(2, -1)
        return self.down(F.silu(gate) * up)


class Experts(nn.Module):
    """Mixtral's block: softmax, the best experts renormalized, a loop over experts."""

    def __init__(self, count, active, ffn):
        super().__init__()
        self.active = active
        self.router = nn.Linear(HIDDEN, count, bias=False)
        self.experts = nn.ModuleList(FeedForward(ffn) for _ in range(count))

    def forward(self, x):
        rows = x.flatten(0, 1)
        weights, chosen = self.router(rows).float().softmax(-1).topk(self.active, -1)
        weights = weights / weights.sum(-1, keepdim=True)
        result = torch.zeros_like(rows)
        for index, expert in enumerate(self.experts):
            row, slot = (chosen == index).nonzero(as_tuple=True)
            result.index_add_(0, row, (weights[row, slot, None] * expert(rows[row])).to(result.dtype))
        return result.view_as(x)


class Block(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.norm1, self.norm2 = RmsNorm(), RmsNorm()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN, bias=False)
        self.out = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.ffn = Experts(args.experts, args.active, args.ffn) if args.experts else FeedForward(args.ffn)

    def forward(self, x, cos, sin, mask):
        b, t, _ = x.shape
        q, k, v = (y.view(b, t, HEADS, -1).transpose(1, 2) for y in self.qkv(self.norm1(x)).chunk(3, -1))
        q, k = turn(q, cos, sin), turn(k, cos, sin)
        if hasattr(F, "scaled_dot_product_attention"):
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
            a = F.softmax(scores.masked_fill(mask, float("-inf")), -1).to(v.dtype) @ v
        x = x + self.out(a.transpose(1, 2).reshape(b, t, -1))
        return x + self.ffn(self.norm2(x))


def turn(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos.to(x.dtype) + torch.cat((-second, first), -1) * sin.to(x.dtype)


class Model(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, HIDDEN)
        self.blocks = nn.ModuleList(Block(args) for _ in range(LAYERS))
        self.norm = RmsNorm()
        self.head = nn.Linear(HIDDEN, VOCAB, bias=False)
        width = HIDDEN // HEADS
        angles = torch.outer(torch.arange(SEQUENCE).float(), 10000 ** (-torch.arange(0, width, 2).float() / width))
        self.register_buffer("cos", torch.cat((angles.cos(), angles.cos()), -1))
        self.register_buffer("sin", torch.cat((angles.sin(), angles.sin()), -1))
        self.mask = torch.ones(SEQUENCE, SEQUENCE, dtype=torch.bool).triu(1)  # no buffer: gloo cannot broadcast booleans
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids, targets):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x, self.cos, self.sin, self.mask)
        return F.cross_entropy(self.head(self.norm(x)).float().flatten(0, 1), targets.flatten())


def work(rank, args):
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    model = Model(args)
    if args.ranks > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(args.port))
        torch.distributed.init_process_group("gloo", rank=rank, world_size=args.ranks)
        model = nn.parallel.DistributedDataParallel(model, find_unused_parameters=args.experts > 0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    mine = BATCH // args.ranks
    seconds = []
    for step in range(args.steps):
        ids = torch.randint(0, VOCAB, (mine, SEQUENCE + 1))
        started = time.perf_counter()
        if args.precision == "autocast":
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(ids[:, :-1], ids[:, 1:])
        else:
            loss = model(ids[:, :-1], ids[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - started)
    if rank == 0:
        print(json.dumps({"tokensPerSecond": BATCH * SEQUENCE / statistics.median(seconds[3:]), "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", default="autocast")
    parser.add_argument("--steps", type=int, default=14)
    parser.add_argument("--experts", type=int, default=0)
    parser.add_argument("--active", type=int, default=2)
    parser.add_argument("--ffn", type=int, default=FFN)
    parser.add_argument("--port", type=int, default=29511)
    arguments = parser.parse_args()
    if arguments.ranks == 1:
        work(0, arguments)
    else:
        torch.multiprocessing.spawn(work, (arguments,), nprocs=arguments.ranks)
