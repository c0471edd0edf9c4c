"""What is so in vLLM 0.32, each fact with where it was read or how it was measured. Constants and a rounding.

For another version this file gets another name, and what changed. It knows nothing of settings, and decides nothing.
"""

from serve.hardware import GIB

# What it is pinned as: images/vllm's requirements, and VLLM_IMAGE.
VERSION = "0.32.0"

# Models. Of those it can serve, the families whose merging, sizes and answers are tested here.
SUPPORTED = ("llama", "qwen2", "mistral")
# Inputs that share one scale, as its GPTQ kernels take them, less -1 for "one group a row"
# (MARLIN_SUPPORTED_GROUP_SIZES in vllm/model_executor/layers/quantization/utils/marlin_utils.py).
GROUP_SIZES = (32, 64, 128)
# What the inputs and the outputs of a layer at INT4 come in, on the CPU (can_implement of CPUWNA16LinearKernel in
# vllm/model_executor/kernels/linear/mixed_precision/cpu.py); those for GPUs take no less.
KERNEL_MULTIPLE = 32

# Calls of tools. What --tool-call-parser takes (_TOOL_PARSERS_TO_REGISTER in vllm/tool_parsers/__init__.py).
TOOL_PARSERS = (
    "apertus", "cohere_command3", "cohere_command4", "deepseek_v3", "deepseek_v31", "deepseek_v32", "deepseek_v4",
    "deepseek_v41", "dots", "ernie45", "functiongemma", "gemma4", "gigachat3", "glm45", "glm47", "granite",
    "granite-20b-fc", "granite4", "hermes", "hf", "hunyuan_a13b", "hy_v3", "hy_v4", "inkling", "internlm", "jamba",
    "k2_horizon", "kimi_k2", "kimi_k3", "lfm2", "ling3", "llama3_json", "llama4_json", "llama4_pythonic", "longcat",
    "mimo", "minicpm5", "minimax_m2", "minimax_m3", "mistral", "muse_glimmer", "olmo3", "openai", "phi4_mini_json",
    "plamo3", "poolside_v1", "pythonic", "qwen3_coder", "qwen3_json", "qwen3_xml", "seed_oss", "step3", "step3p5",
    "xlam",
)  # fmt: skip

# The first cards with bfloat16; for older ones vLLM takes float16 in its place (supported_dtypes in
# vllm/platforms/cuda.py).
BFLOAT16_CARDS = (8, 0)

# Adapters as they are (MODE=lora).
# What --max-lora-rank takes: an adapter of any other rank gets the room of the next one (vllm/config/lora.py).
LORA_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
# Settings of peft that change what an adapter does, and of which vLLM knows only that it cannot do them
# (_validate_features and validate_legal in vllm/lora/peft_helper.py).
UNSERVED = {
    "use_dora": "DoRA (use_dora)",
    "lora_bias": "biases beside its matrices (lora_bias)",
    "modules_to_save": "whole layers of its own (modules_to_save)",
    "alora_invocation_tokens": "activation by certain tokens (alora_invocation_tokens)",
    "layer_replication": "repeated layers (layer_replication)",
    "use_bdlora": "block-diagonal matrices (use_bdlora)",
    "use_qalora": "pooled inputs (use_qalora)",
}
# The tensors of an adapter that it has a place for (parse_fine_tuned_lora_name in vllm/lora/utils.py).
LORA_TENSORS = (".lora_A.weight", ".lora_B.weight", ".lora_embedding_A", ".lora_embedding_B")
# The families whose embedding and output head can have an adapter (embedding_modules in vllm/model_executor/models).
ADAPTED_TABLES = ("llama",)
# Words of a base that an adapter can be served on (create_lora_weights in vllm/lora/layers/logits_processor.py).
LARGEST_VOCABULARY = 258_048

# Memory of a GPU.
# Tokens of a block of KV cache, of which a request takes whole ones (DEFAULT_BLOCK_SIZE in vllm/config/cache.py; on
# CPU vllm/platforms/cpu.py).
GPU_BLOCK, CPU_BLOCK = 16, 128
# What a server takes outside PyTorch: CUDA's context, kernels, cuBLAS. About 0.4 GiB before the weights are loaded,
# and a non_torch_memory of 0.05 to 0.3 GiB after, in published logs of one server on one GPU.
CONTEXT = int(0.6 * GIB)
# NCCL's buffers and those of vLLM's own all-reduce, on each GPU of several. Rounded up; no log was found.
NCCL = 1 * GIB
# CUDA graphs of a model of 32 layers for up to 256 requests: 0.58 to 0.77 GiB in logs of Llama-3-8B at 4 bits. Each
# graph holds the kernels of every layer, and vLLM captures all of them once more with LoRA in them. Asleep, a server
# gives back what PyTorch holds of them (--sleep-mode-offload-cudagraph), but not the graphs themselves; nobody has
# published how much of the whole that is, so here all of it stays.
GRAPHS, GRAPHS_LAYERS = int(0.8 * GIB), 32
# What vLLM itself advises to leave (redundancy_buffer_memory in vllm/v1/worker/gpu_worker.py).
BUFFER = 150 * 1024**2
# Bytes for each logit of a step at sampling: 16 and 32 bits, sorted, with 64-bit indices, sums, probabilities, noise
# (vllm/v1/sample/ops/topk_topp_sampler.py). Llama-3-8B's logs say 41: 1.26 GiB for 256 requests and 128,256 words.
SAMPLER = 40
# The most requests and tokens of a step that its API server takes on cards from so many GiB on, of the memory that
# the driver states (get_batch_defaults in vllm/engine/arg_utils.py); and what the CUDA graphs for so many take, as a
# multiple of those for 256. It captures 35 sizes of whole steps for 256 requests and 51 for 512 and more, both beside
# 51 of pieces; on Blackwell, which the largest are, 83 and 83 (_set_cudagraph_sizes in vllm/config/vllm.py).
STEPS = ((160, 1024, 16384, 2.0), (70, 1024, 8192, 1.25), (0, 256, 2048, 1.0))
# The cards that it leaves out of the second line: they had less throughput with larger steps.
NOT_LARGE = "a100"

# Memory of the host.
# Of one process of a server, its weights aside: Python, PyTorch, CUDA's own. On CPU, vLLM's three took 0.4 GiB each
# beside the demo and its cache; a bare process with CUDA has been seen to take 0.3 of its own.
PROCESS = 1 * GIB
# PyTorch takes memory of a GPU for tensors from this size on one by one, for smaller ones in pieces of 20 MiB
# (c10/core/AllocatorConfig.h). Asleep, vLLM copies each piece to pinned host memory (sleep in
# vllm/device_allocator/cumem.py), which PyTorch rounds up to a power of two (ATen/core/CachingHostAllocator.h).
OWN_PIECE = 10 * 1024**2
SHARED_PIECE = 32 / 20


def lora_step(rank: int) -> int:
    """The room that an adapter of this rank gets; the largest for one that is larger still, which vLLM refuses."""
    return next((step for step in LORA_RANKS if rank <= step), LORA_RANKS[-1])
