"""What vLLM can serve, as far as preparing models and planning have to know it. Constants and a rounding."""

GIB = 1024**3
# What --max-lora-rank takes: an adapter of any other rank gets the room of the next one (vllm/config/lora.py).
LORA_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)


def lora_step(rank: int) -> int:
    """The room that an adapter of this rank gets; the largest for one that is larger still, which vLLM refuses."""
    return next((step for step in LORA_RANKS if rank <= step), LORA_RANKS[-1])
