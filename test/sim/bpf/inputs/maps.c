/* Each type of map: what comes back, which errors, in which order elements are visited. */
#include "bpf.h"

enum { HASH = 1, ARRAY = 2, PERCPU_HASH = 5, PERCPU_ARRAY = 6, LRU_HASH = 9, LPM_TRIE = 11, ARRAY_OF_MAPS = 12, HASH_OF_MAPS = 13, QUEUE = 22, STACK = 23, RINGBUF = 27, TASK_STORAGE = 29, CGRP_STORAGE = 32 };
enum { ENOENT = 2, E2BIG = 7, EEXIST = 17, EINVAL = 22, ANY = 0, NOEXIST = 1, EXIST = 2 };

struct { uint(type, ARRAY); uint(max_entries, 4); type(key, u32); type(value, u64); } array MAPS;
struct { uint(type, PERCPU_ARRAY); uint(max_entries, 2); type(key, u32); type(value, u64); } per_cpu MAPS;
struct { uint(type, HASH); uint(max_entries, 3); type(key, u64); type(value, u32); } hash MAPS;
struct { uint(type, PERCPU_HASH); uint(max_entries, 3); type(key, u32); type(value, u64); } per_cpu_hash MAPS;
struct { uint(type, LRU_HASH); uint(max_entries, 2); type(key, u32); type(value, u32); } lru MAPS;
struct prefix { u32 length; u8 data[4]; };
struct { uint(type, LPM_TRIE); uint(map_flags, 1); uint(max_entries, 8); type(key, struct prefix); type(value, u32); } trie MAPS;
struct { uint(type, QUEUE); uint(max_entries, 2); type(value, u32); } queue MAPS;
struct { uint(type, STACK); uint(max_entries, 2); type(value, u32); } stack MAPS;
struct { uint(type, RINGBUF); uint(max_entries, 4096); } ring MAPS;
struct { uint(type, TASK_STORAGE); uint(map_flags, 1); type(key, int); type(value, u64[3]); } of_task MAPS;
struct { uint(type, TASK_STORAGE); uint(map_flags, 1); type(key, int); type(value, u64); } more_of_task MAPS;
struct { uint(type, CGRP_STORAGE); uint(map_flags, 1); type(key, int); type(value, u64); } of_group MAPS;
struct inner { uint(type, QUEUE); uint(max_entries, 4); type(value, u32); } first MAPS, second MAPS;
struct { uint(type, ARRAY_OF_MAPS); uint(max_entries, 3); type(key, u32); struct inner *values[]; } outer MAPS = {.values = {[0] = &first, [2] = &second}};
struct { uint(type, HASH_OF_MAPS); uint(max_entries, 3); type(key, u32); type(value, u32); struct inner *values[]; } outer_hash MAPS = {.values = {[1] = &second}};

static noinline int arrays(void) {
    u32 key = 2, beyond = 4;
    u64 value = 7, *found = bpf_map_lookup_elem(&array, &key);
    EXPECT(found && *found == 0);
    *found = 5;
    EXPECT(bpf_map_update_elem(&array, &key, &value, ANY) == 0 && *found == 7);
    EXPECT(!bpf_map_lookup_elem(&array, &beyond));
    EXPECT(bpf_map_update_elem(&array, &beyond, &value, ANY) == -E2BIG);
    EXPECT(bpf_map_update_elem(&array, &key, &value, NOEXIST) == -EEXIST);
    EXPECT(bpf_map_delete_elem(&array, &key) == -EINVAL);
    key = 1;
    found = bpf_map_lookup_elem(&per_cpu, &key);
    EXPECT(found);
    *found = 3; /* of CPU 0, where the test runs */
    found = bpf_map_lookup_percpu_elem(&per_cpu, &key, 1);
    EXPECT(found && *found == 0);
    *found = 4;
    found = bpf_map_lookup_percpu_elem(&per_cpu, &key, 0);
    EXPECT(found && *found == 3);
    EXPECT(!bpf_map_lookup_percpu_elem(&per_cpu, &key, 100));
    return 0;
}

static s32 collect(void *map, u64 *key, u32 *value, u64 *order) {
    *order = *order * 10 + *key;
    return *value == 99;
}

static noinline int hashes(void) {
    u64 one = 1, two = 2, three = 3, four = 4, order = 0;
    u32 value = 10, *found;
    EXPECT(bpf_map_update_elem(&hash, &three, &value, EXIST) == -ENOENT);
    EXPECT(bpf_map_update_elem(&hash, &three, &value, NOEXIST) == 0);
    EXPECT(bpf_map_update_elem(&hash, &three, &value, NOEXIST) == -EEXIST);
    EXPECT(bpf_map_update_elem(&hash, &one, &value, ANY) == 0);
    EXPECT(bpf_map_update_elem(&hash, &two, &value, ANY) == 0);
    EXPECT(bpf_map_update_elem(&hash, &four, &value, ANY) == -E2BIG);
    EXPECT(bpf_for_each_map_elem(&hash, collect, &order, 0) == 3 && order == 312); /* as they came */
    found = bpf_map_lookup_elem(&hash, &one);
    EXPECT(found && *found == 10);
    *found = 99;
    order = 0;
    EXPECT(bpf_for_each_map_elem(&hash, collect, &order, 0) == 2 && order == 31); /* until the callback has enough */
    EXPECT(bpf_map_delete_elem(&hash, &one) == 0 && bpf_map_delete_elem(&hash, &one) == -ENOENT);
    EXPECT(*found == 99); /* what was deleted may still be looked at here */
    EXPECT(!bpf_map_lookup_elem(&hash, &one));
    EXPECT(bpf_map_update_elem(&hash, &four, &value, ANY) == 0);

    u32 key = 5;
    u64 wide = 8, *own;
    EXPECT(bpf_map_update_elem(&per_cpu_hash, &key, &wide, ANY) == 0);
    own = bpf_map_lookup_elem(&per_cpu_hash, &key);
    EXPECT(own && *own == 8);
    own = bpf_map_lookup_percpu_elem(&per_cpu_hash, &key, 2);
    EXPECT(own && *own == 0);

    u32 a = 1, b = 2, c = 3;
    bpf_map_update_elem(&lru, &a, &value, ANY);
    bpf_map_update_elem(&lru, &b, &value, ANY);
    EXPECT(bpf_map_lookup_elem(&lru, &a));
    EXPECT(bpf_map_update_elem(&lru, &c, &value, ANY) == 0);
    EXPECT(bpf_map_lookup_elem(&lru, &a) && !bpf_map_lookup_elem(&lru, &b)); /* b was used least recently */
    return 0;
}

static noinline int tries(void) {
    struct prefix net = {16, {10, 1, 0, 0}}, part = {24, {10, 1, 2, 0}}, host = {32, {10, 1, 2, 3}}, other = {32, {10, 1, 9, 3}}, outside = {32, {10, 2, 0, 0}};
    u32 value = 16, *found;
    EXPECT(bpf_map_update_elem(&trie, &net, &value, ANY) == 0);
    value = 24;
    EXPECT(bpf_map_update_elem(&trie, &part, &value, ANY) == 0);
    found = bpf_map_lookup_elem(&trie, &host);
    EXPECT(found && *found == 24); /* the longest prefix */
    found = bpf_map_lookup_elem(&trie, &other);
    EXPECT(found && *found == 16);
    EXPECT(!bpf_map_lookup_elem(&trie, &outside));
    EXPECT(bpf_map_delete_elem(&trie, &part) == 0);
    found = bpf_map_lookup_elem(&trie, &host);
    EXPECT(found && *found == 16);
    return 0;
}

static noinline int queues(void) {
    u32 value = 1, out = 0;
    EXPECT(bpf_map_pop_elem(&queue, &out) == -ENOENT);
    bpf_map_push_elem(&queue, &value, 0);
    bpf_map_push_elem(&stack, &value, 0);
    value = 2;
    bpf_map_push_elem(&queue, &value, 0);
    bpf_map_push_elem(&stack, &value, 0);
    value = 3;
    EXPECT(bpf_map_push_elem(&queue, &value, 0) == -E2BIG);
    EXPECT(bpf_map_peek_elem(&queue, &out) == 0 && out == 1);
    EXPECT(bpf_map_push_elem(&queue, &value, EXIST) == 0); /* the oldest goes */
    EXPECT(bpf_map_pop_elem(&queue, &out) == 0 && out == 2);
    EXPECT(bpf_map_pop_elem(&stack, &out) == 0 && out == 2);
    EXPECT(bpf_map_pop_elem(&stack, &out) == 0 && out == 1);
    u64 *record = bpf_ringbuf_reserve(&ring, 8, 0);
    EXPECT(record);
    *record = 1;
    bpf_ringbuf_submit(record, 0);
    EXPECT(bpf_ringbuf_output(&ring, &value, 4, 0) == 0);
    EXPECT(!bpf_ringbuf_reserve(&ring, 100000, 0));
    return 0;
}

static noinline int maps_of_maps(void) {
    u32 zero = 0, one = 1, two = 2, out = 0;
    void *inner = bpf_map_lookup_elem(&outer, &two);
    EXPECT(inner && bpf_map_push_elem(inner, &two, 0) == 0);
    EXPECT(bpf_map_pop_elem(&second, &out) == 0 && out == 2);
    EXPECT(!bpf_map_lookup_elem(&outer, &one)); /* left out */
    EXPECT(bpf_map_lookup_elem(&outer, &zero));
    inner = bpf_map_lookup_elem(&outer_hash, &one);
    EXPECT(inner && bpf_map_push_elem(inner, &one, 0) == 0);
    EXPECT(bpf_map_pop_elem(&second, &out) == 0 && out == 1);
    return 0;
}

SLEEPABLE(init) {
    int line = 0;
    if (!line) line = arrays();
    if (!line) line = hashes();
    if (!line) line = tries();
    if (!line) line = queues();
    if (!line) line = maps_of_maps();
    return line;
}

SLEEPABLE(init_task) {
    struct task_struct *p = ARG(0);
    u64 *value, initial[3] = {1, 2, 3}, *more;
    EXPECT(!bpf_task_storage_get(&of_task, p, 0, 0));
    value = bpf_task_storage_get(&of_task, p, initial, 1);
    EXPECT(value && value[2] == 3);
    value[0] = 9;
    more = bpf_task_storage_get(&more_of_task, p, 0, 1);
    EXPECT(more && *more == 0 && more != value);
    value = bpf_task_storage_get(&of_task, p, 0, 1);
    EXPECT(value && value[0] == 9);
    EXPECT(bpf_task_storage_delete(&more_of_task, p) == 0 && bpf_task_storage_delete(&more_of_task, p) == -ENOENT);
    EXPECT(!bpf_task_storage_get(&more_of_task, p, 0, 0));
    return 0;
}

SLEEPABLE(cgroup_init) {
    u64 *value = bpf_cgrp_storage_get(&of_group, ARG(0), 0, 1);
    EXPECT(value && *value == 0);
    *value = 6;
    value = bpf_cgrp_storage_get(&of_group, ARG(0), 0, 0);
    EXPECT(value && *value == 6);
    return 0;
}
SCHEDULER(.init = init, .init_task = init_task, .cgroup_init = cgroup_init);
