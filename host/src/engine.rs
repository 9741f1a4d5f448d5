//! wasmtime's engine as this host sets it up: epochs, and slots for instances reserved in advance. Knows no component.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Core modules, and their tables, that one component may have; the connector, put together with its adapters, has ten modules.
const PARTS: u32 = 16;

/// Memories that one component may have: the core's, and one for each adapter.
const MEMORIES: u32 = 3;

/// Memory that a slot keeps for its next instance instead of giving it back to the system page by page.
const RESIDENT_BYTES: usize = 1 << 20;

/// Slots that have had an instance and are used again before one is that has not, so that there are not more of them than are in use at a
/// time, and these.
const WARM_SLOTS: u32 = 16;

/// A page of WebAssembly memory.
const WASM_PAGE: usize = 64 << 10;

/// An engine with room for `instances`, each with `memory_limit` bytes of memory at most.
///
/// Slots are reserved as address space only, 4 GiB each, so that memory accesses need no bounds checks. Where the system
/// does not give that much, instances are allocated one by one, which works alike and is slower.
pub fn new(instances: usize, memory_limit: usize) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    let mut pooled = config.clone();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances, memory_limit)));
    Engine::new(&pooled).or_else(|error| {
        tracing::warn!(error = format!("{error:#}"), instances, "no address space for the pool of instances");
        Engine::new(&config)
    })
}

fn pool(instances: usize, memory_limit: usize) -> PoolingAllocationConfig {
    let slots = u32::try_from(instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(PARTS))
        .total_tables(slots.saturating_mul(PARTS))
        .total_memories(slots.saturating_mul(MEMORIES))
        .total_stacks(slots)
        .max_core_instances_per_component(PARTS)
        .max_tables_per_component(PARTS)
        .max_memories_per_component(MEMORIES)
        .max_unused_warm_slots(WARM_SLOTS)
        .max_memory_size(memory_limit.next_multiple_of(WASM_PAGE))
        .linear_memory_keep_resident(RESIDENT_BYTES)
        .table_keep_resident(RESIDENT_BYTES)
        // Resets just the pages that were written, where the kernel can tell (Linux 6.7).
        .pagemap_scan(Enabled::Auto);
    pool
}
