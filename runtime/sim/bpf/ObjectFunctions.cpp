// SPDX-License-Identifier: GPL-2.0-only
// Objects that programs allocate, trees and lists of them (kernel/bpf/helpers.c). A tree is kept as its nodes in order: what a program can see of it is the same.
#include "sim/bpf/Calls.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

// In a node's own memory, which programs do not look at, stands to which root or head it belongs; 0 if to none.
uint64_t &ownerOf(Execution &execution, uint64_t node, size_t bytes, const char *what) {
    return *static_cast<uint64_t *>(execution.memory(node, bytes, Access::Write, what));
}
uint64_t &ownerOfTreeNode(Execution &execution, uint64_t node) { return ownerOf(execution, node, 32, "a node of a tree"); }
uint64_t &ownerOfListNode(Execution &execution, uint64_t node) { return ownerOf(execution, node, 24, "a node of a list"); }

std::deque<uint64_t> &nodesOf(Execution &execution, uint64_t root, const char *what) {
    execution.memory(root, 16, Access::Write, what);
    return execution.collections[root];
}

uint64_t create(Execution &execution, uint64_t type) {
    int64_t size = btf__resolve_size(execution.types.get(), static_cast<uint32_t>(type));
    if (size <= 0)
        execution.fault("allocates an object of a type without a size");
    const btf_type *named = btf__type_by_id(execution.types.get(), static_cast<uint32_t>(type));
    const char *what = execution.arena.name(std::string("an object ") + btf__name_by_offset(execution.types.get(), named->name_off));
    auto object = reinterpret_cast<uint64_t>(execution.arena.allocate(static_cast<size_t>(size), Access::Write, what));
    execution.objects[object] = {static_cast<uint32_t>(type), 1};
    return object;
}

void drop(Execution &execution, uint64_t object) { execution.dropObject(object); }

uint64_t share(Execution &execution, uint64_t object) {
    auto it = execution.objects.find(object);
    if (it == execution.objects.end())
        execution.fault("keeps what bpf_obj_new did not give: " + execution.arena.describe(object));
    ++it->second.references;
    return object;
}

/// The object around a node, for what is dropped when it cannot be linked.
void dropAround(Execution &execution, uint64_t node) {
    for (auto &[object, allocated] : execution.objects)
        if (int64_t size = btf__resolve_size(execution.types.get(), allocated.type); node >= object && node < object + static_cast<uint64_t>(size))
            return execution.dropObject(object);
}

int32_t treeAdd(Execution &execution, uint64_t root, uint64_t node, uint64_t less) {
    auto &nodes = nodesOf(execution, root, "the root of a tree");
    if (ownerOfTreeNode(execution, node)) { // it is in a tree already
        dropAround(execution, node);
        return -EINVAL;
    }
    size_t low = 0, high = nodes.size();
    while (low < high) { // behind those that are equal
        size_t middle = (low + high) / 2;
        if (execution.callback(less, node, nodes[middle]) & 0xff)
            high = middle;
        else
            low = middle + 1;
    }
    nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(low), node);
    ownerOfTreeNode(execution, node) = root;
    return 0;
}

uint64_t treeRemove(Execution &execution, uint64_t root, uint64_t node) {
    auto &nodes = nodesOf(execution, root, "the root of a tree");
    if (ownerOfTreeNode(execution, node) != root)
        return 0;
    nodes.erase(std::find(nodes.begin(), nodes.end(), node)); // most often the first
    ownerOfTreeNode(execution, node) = 0;
    return node;
}

uint64_t treeFirst(Execution &execution, uint64_t root) {
    auto &nodes = nodesOf(execution, root, "the root of a tree");
    return nodes.empty() ? 0 : nodes.front();
}

int32_t listAdd(Execution &execution, uint64_t head, uint64_t node, bool front) {
    auto &nodes = nodesOf(execution, head, "the head of a list");
    if (ownerOfListNode(execution, node)) {
        dropAround(execution, node);
        return -EINVAL;
    }
    nodes.insert(front ? nodes.begin() : nodes.end(), node);
    ownerOfListNode(execution, node) = head;
    return 0;
}

uint64_t listTake(Execution &execution, uint64_t head, bool front) {
    auto &nodes = nodesOf(execution, head, "the head of a list");
    if (nodes.empty())
        return 0;
    uint64_t node = front ? nodes.front() : nodes.back();
    nodes.erase(front ? nodes.begin() : nodes.end() - 1);
    ownerOfListNode(execution, node) = 0;
    return node;
}

int32_t pushFront(Execution &execution, uint64_t head, uint64_t node) { return listAdd(execution, head, node, true); }
int32_t pushBack(Execution &execution, uint64_t head, uint64_t node) { return listAdd(execution, head, node, false); }
uint64_t popFront(Execution &execution, uint64_t head) { return listTake(execution, head, true); }
uint64_t popBack(Execution &execution, uint64_t head) { return listTake(execution, head, false); }

uint64_t listFront(Execution &execution, uint64_t head) {
    auto &nodes = nodesOf(execution, head, "the head of a list");
    return nodes.empty() ? 0 : nodes.front();
}

uint64_t listBack(Execution &execution, uint64_t head) {
    auto &nodes = nodesOf(execution, head, "the head of a list");
    return nodes.empty() ? 0 : nodes.back();
}

constexpr KernelFunctionRow kRows[] = {
    {"bpf_obj_new_impl", callAs<create>},
    {"bpf_obj_drop_impl", callAs<drop>},
    {"bpf_refcount_acquire_impl", callAs<share>},
    {"bpf_rbtree_add_impl", callAs<treeAdd>},
    {"bpf_rbtree_remove", callAs<treeRemove>},
    {"bpf_rbtree_first", callAs<treeFirst>},
    {"bpf_list_push_front_impl", callAs<pushFront>},
    {"bpf_list_push_back_impl", callAs<pushBack>},
    {"bpf_list_pop_front", callAs<popFront>},
    {"bpf_list_pop_back", callAs<popBack>},
    {"bpf_list_front", callAs<listFront>},
    {"bpf_list_back", callAs<listBack>},
};

} // namespace

std::span<const KernelFunctionRow> objectFunctions() { return kRows; }

} // namespace scx::sim
