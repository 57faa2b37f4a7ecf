// SPDX-License-Identifier: GPL-2.0-only
// How does a histogram count a value, and which of several counters or histograms counts? Their layout is told in docs/internals/object.md.
#include "lower/Lowering.h"

namespace scx {

/// Which bucket of a histogram counts a value: 4e + (v >> (e-2)) & 3, see docs/internals/object.md.
llvm::Function *Lowering::bucketFunction() {
    if (bucketOf)
        return bucketOf;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    bucketOf = m.beginFunction("bucket__", {"value"});
    llvm::Value *v = bucketOf->getArg(0);
    v = b.CreateSelect(b.CreateICmpSLT(v, m.num(0)), m.num(0), v);
    // floor(log2 v) without an instruction for it, and without branches, each of which would double what the verifier walks: the highest bit alone,
    // times a de Bruijn sequence, has a number of its own in its upper six bits.
    constexpr uint64_t kDeBruijn = 0x03f79d71b4cb0a89;
    llvm::Value *smeared = v;
    for (int step : {1, 2, 4, 8, 16, 32}) {
        smeared = b.CreateOr(smeared, b.CreateLShr(smeared, m.num(step)));
        if (step == 2 ||
            step ==
                8) // so that LLVM does not ask for the known bits of each step twice, and each time so for those of the step before: a fiftieth of a compile
            smeared = m.opaque(smeared);
    }
    llvm::Value *highest = b.CreateSub(smeared, b.CreateLShr(smeared, m.num(1)));
    std::vector<uint8_t> exponents(64);
    for (unsigned bit = 0; bit < 64; ++bit)
        exponents[(kDeBruijn << bit) >> 58] = static_cast<uint8_t>(bit);
    llvm::Constant *table = llvm::ConstantDataArray::get(m.context, exponents);
    llvm::Value *number = b.CreateLShr(b.CreateMul(highest, m.num(static_cast<int64_t>(kDeBruijn))), m.num(58));
    llvm::Value *exponent = b.CreateZExt(
        b.CreateLoad(m.i8(), b.CreateGEP(m.i8(), m.global("log2__", table->getType(), m.diArray(m.diInt(8, false), 64), ".rodata", table), number)), m.i64());
    llvm::Value *shift = b.CreateAnd(b.CreateSub(exponent, m.num(2)), m.num(63));
    llvm::Value *bucket = b.CreateAdd(b.CreateShl(exponent, m.num(2)), b.CreateAnd(b.CreateLShr(v, shift), m.num(3)));
    b.CreateRet(b.CreateSelect(b.CreateICmpULT(v, m.num(4)), v, bucket));
    m.resume(saved, location);
    return bucketOf;
}

/// Which bucket of a linear histogram: the value by the width, the last for all above.
llvm::Value *Lowering::linearBucket(const StatDecl &stat, llvm::Value *v) {
    v = b.CreateSelect(b.CreateICmpSLT(v, m.num(0)), m.num(0), v);
    // Hidden, so that LLVM does not compare the value in place of the bucket: the verifier has to see the bound of what is an index.
    llvm::Value *bucket = m.opaque(b.CreateUDiv(v, m.num(stat.width))), *last = m.num(stat.buckets - 1);
    return b.CreateSelect(b.CreateICmpULT(bucket, last), bucket, last);
}

/// Counts in part `part` of several, null: the only one. An index out of range counts nothing.
void Lowering::countedPart(const StatDecl &stat, llvm::Value *part, const std::function<void(llvm::Value *)> &count) {
    if (!part)
        return count(nullptr);
    if (!llvm::isa<llvm::ConstantInt>(part)) // hidden, so that what the verifier sees compared is what is the index
        part = m.opaque(part);
    m.ifThen(b.CreateICmpULT(part, m.num(stat.parts)), [&] { count(part); });
}

/// What `log` reads of a counter, `c` or `c[i]`: the sum over all CPUs.
llvm::Value *Lowering::counterSum(const Expr &e) {
    auto &stat = *static_cast<const StatDecl *>(e.ref.decl);
    llvm::AllocaInst *sum = m.local(m.i64(), "sum");
    b.CreateStore(m.num(0), sum);
    countedPart(stat, e.kind == ExprKind::Index ? value(*e.args[1]) : nullptr, [&](llvm::Value *at) {
        forCpus([&](llvm::Value *cpu) {
            llvm::Value *slot = cpuState(cpu, cpuIndex.at(&stat));
            llvm::Value *one = b.CreateLoad(m.i64(), at ? b.CreateGEP(m.i64(), slot, at) : slot);
            b.CreateStore(b.CreateAdd(b.CreateLoad(m.i64(), sum), one), sum);
        });
    });
    return b.CreateLoad(m.i64(), sum);
}

/// `h.add(x)`, `h[i].add(x)`.
void Lowering::histogramAdd(const Expr &e) {
    auto &stat = *static_cast<const StatDecl *>(e.args[0]->ref.decl);
    const Expr &receiver = *e.args[0]->args[0];
    llvm::Value *part = receiver.kind == ExprKind::Index ? value(*receiver.args[1]) : nullptr;
    llvm::Value *v = value(*e.args[1]);
    llvm::Value *bucket = stat.width
                              ? linearBucket(stat, v)
                              : b.CreateAnd(m.marked(b.CreateCall(bucketFunction(), {v})), m.num(StatDecl::kLogBuckets - 1)); // the mask is for the verifier
    countedPart(stat, part, [&](llvm::Value *at) {
        at = at ? b.CreateAdd(b.CreateMul(at, m.num(stat.buckets)), bucket) : bucket;
        m.atomicAdd(b.CreateGEP(m.i64(), globals.at(&stat), at), m.num(1));
    });
}

} // namespace scx
