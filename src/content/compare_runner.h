// Reads the content of two arrays in step and finds how their values differ.
#pragma once

#include <array>
#include <memory>

#include "content/leaf_runner.h"
#include "content/value_compare.h"

namespace leafsum::content {

class CompareRunner final : public LeafRunner {
 public:
  CompareRunner(const LeafTask& task, const CompareTask& what, const Means& means);

 private:
  // Content that is not compared yet.
  struct Side {
    std::unique_ptr<ContentReader> reader;
    ByteVector rest;
  };
  enum class Filled { kYes, kBlocked, kOver };

  bool Run() override;
  Filled Fill(Side& side);

  std::array<Side, 2> sides_;
  ValueComparer comparer_;
};

}  // namespace leafsum::content
