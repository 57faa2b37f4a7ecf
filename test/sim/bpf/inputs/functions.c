/* Kernel functions that are not scheduling: masks, objects, trees, lists, iterators. */
#include "bpf.h"

enum { E2BIG = 7, EINVAL = 22 };

extern struct bpf_cpumask *bpf_cpumask_create(void) KSYM;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) KSYM;
extern void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *cpumask) KSYM;
extern void bpf_cpumask_setall(struct bpf_cpumask *cpumask) KSYM;
extern bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *cpumask) KSYM;
extern bool bpf_cpumask_test_and_clear_cpu(u32 cpu, struct bpf_cpumask *cpumask) KSYM;
extern bool bpf_cpumask_and(struct bpf_cpumask *dst, const struct cpumask *src1, const struct cpumask *src2) KSYM;
extern bool bpf_cpumask_empty(const struct cpumask *cpumask) KSYM;
extern bool bpf_cpumask_full(const struct cpumask *cpumask) KSYM;
extern bool bpf_cpumask_subset(const struct cpumask *src1, const struct cpumask *src2) KSYM;
extern u32 bpf_cpumask_first(const struct cpumask *cpumask) KSYM;
extern u32 bpf_cpumask_first_zero(const struct cpumask *cpumask) KSYM;
extern u32 bpf_cpumask_weight(const struct cpumask *cpumask) KSYM;
extern u32 bpf_cpumask_any_distribute(const struct cpumask *cpumask) KSYM;
extern void *bpf_obj_new_impl(u64 type, void *meta) KSYM;
extern void bpf_obj_drop_impl(void *object, void *meta) KSYM;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, u64 off) KSYM;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) KSYM;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) KSYM;
extern int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, u64 off) KSYM;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, u64 off) KSYM;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) KSYM;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) KSYM;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) KSYM;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) KSYM;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) KSYM;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgrp, int level) KSYM;
extern void bpf_cgroup_release(struct cgroup *cgrp) KSYM;
extern void bpf_rcu_read_lock(void) KSYM;
extern void bpf_rcu_read_unlock(void) KSYM;

struct node { struct bpf_rb_node rb; struct bpf_list_node list; u64 key; };
struct holder { struct bpf_cpumask kept *mask; struct task_struct kept *task; };
struct { uint(type, 1); uint(max_entries, 4); type(key, u32); type(value, struct holder); } holders MAPS;
static struct bpf_rb_root tree;
static struct bpf_list_head list;

#define CONST(mask) ((const struct cpumask *)(mask))

static noinline int masks(void) {
    struct bpf_cpumask *mask = bpf_cpumask_create(), *all = bpf_cpumask_create();
    EXPECT(mask && all);
    EXPECT(bpf_cpumask_empty(CONST(mask)) && bpf_cpumask_first(CONST(mask)) == 4); /* of 4 CPUs */
    bpf_cpumask_set_cpu(1, mask);
    bpf_cpumask_set_cpu(3, mask);
    bpf_cpumask_set_cpu(64, mask); /* none such: nothing */
    EXPECT(bpf_cpumask_test_cpu(3, CONST(mask)) && !bpf_cpumask_test_cpu(2, CONST(mask)) && bpf_cpumask_weight(CONST(mask)) == 2);
    EXPECT(bpf_cpumask_first(CONST(mask)) == 1 && bpf_cpumask_first_zero(CONST(mask)) == 0);
    bpf_cpumask_setall(all);
    EXPECT(bpf_cpumask_full(CONST(all)) && bpf_cpumask_subset(CONST(mask), CONST(all)) && !bpf_cpumask_subset(CONST(all), CONST(mask)));
    EXPECT(bpf_cpumask_any_distribute(CONST(mask)) == 1 && bpf_cpumask_any_distribute(CONST(mask)) == 3 && bpf_cpumask_any_distribute(CONST(mask)) == 1);
    EXPECT(bpf_cpumask_test_and_clear_cpu(3, mask) && !bpf_cpumask_test_and_clear_cpu(3, mask));
    EXPECT(bpf_cpumask_and(all, CONST(all), CONST(mask)) && bpf_cpumask_weight(CONST(all)) == 1);
    u32 key = 1;
    struct holder empty = {}, *holder;
    bpf_map_update_elem(&holders, &key, &empty, 0);
    holder = bpf_map_lookup_elem(&holders, &key);
    EXPECT(holder && !bpf_kptr_xchg(&holder->mask, mask));
    EXPECT(!bpf_kptr_xchg(&holder->task, bpf_task_acquire(bpf_get_current_task_btf())));
    EXPECT(bpf_map_delete_elem(&holders, &key) == 0); /* lets both go */
    bpf_cpumask_release(all);
    return 0;
}

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return ((struct node *)a)->key < ((const struct node *)b)->key; }

static struct node *made(u64 key) {
    struct node *n = bpf_obj_new_impl(__builtin_btf_type_id(*(struct node *)0, 0), 0);
    if (n)
        n->key = key;
    return n;
}

static noinline int trees(void) {
    struct node *n[3] = {made(5), made(3), made(5)};
    EXPECT(!bpf_rbtree_first(&tree));
    for (int i = 0; i < 3; ++i)
        EXPECT(n[i] && bpf_rbtree_add_impl(&tree, &n[i]->rb, less, 0, 0) == 0);
    EXPECT(bpf_rbtree_first(&tree) == &n[1]->rb);
    EXPECT(bpf_rbtree_remove(&tree, &n[1]->rb) == &n[1]->rb && !bpf_rbtree_remove(&tree, &n[1]->rb));
    EXPECT(bpf_rbtree_first(&tree) == &n[0]->rb); /* of equal ones the first that came */
    bpf_rbtree_remove(&tree, &n[0]->rb);
    bpf_rbtree_remove(&tree, &n[2]->rb);
    EXPECT(bpf_list_push_back_impl(&list, &n[0]->list, 0, 0) == 0 && bpf_list_push_back_impl(&list, &n[1]->list, 0, 0) == 0 && bpf_list_push_front_impl(&list, &n[2]->list, 0, 0) == 0);
    EXPECT(bpf_list_pop_front(&list) == &n[2]->list && bpf_list_pop_front(&list) == &n[0]->list && bpf_list_pop_front(&list) == &n[1]->list && !bpf_list_pop_front(&list));
    for (int i = 0; i < 3; ++i)
        bpf_obj_drop_impl(n[i], 0);
    return 0;
}

static noinline int iterators(void) {
    struct bpf_iter_num it;
    int *i, sum = 0;
    EXPECT(bpf_iter_num_new(&it, 2, 5) == 0);
    while ((i = bpf_iter_num_next(&it)))
        sum = sum * 10 + *i;
    bpf_iter_num_destroy(&it);
    EXPECT(sum == 234);
    EXPECT(bpf_iter_num_new(&it, 5, 2) == -EINVAL && !bpf_iter_num_next(&it));
    EXPECT(bpf_iter_num_new(&it, 0, 1 << 30) == -E2BIG);
    return 0;
}

SLEEPABLE(init) {
    int line = 0;
    bpf_rcu_read_lock();
    if (!line) line = masks();
    if (!line) line = trees();
    if (!line) line = iterators();
    bpf_rcu_read_unlock();
    return line;
}

SLEEPABLE(cgroup_init) {
    struct cgroup *group = ARG(0), *root = bpf_cgroup_ancestor(group, 0);
    EXPECT(root && root->kn->id == 1 && !bpf_cgroup_ancestor(group, 2));
    bpf_cgroup_release(root);
    return 0;
}

/* A node that was dropped is nobody's any more. */
CALLBACK(enqueue) {
    struct node *n = made(1);
    if (!n)
        return 0;
    bpf_obj_drop_impl(n, 0);
    return *(u64 *)HIDDEN(&n->key);
}
SCHEDULER(.init = init, .cgroup_init = cgroup_init, .enqueue = enqueue);
