// SPDX-License-Identifier: MIT
//
// What the writer says is read back by nlohmann::json.
#include "node/io/json_writer.h"

#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hearsay {
namespace {

TEST(JsonWriter, NestsObjectsAndArrays) {
  JsonWriter out;
  out.BeginObject().Key("a").BeginArray().Number(1).Bool(true).BeginObject().EndObject().Null().EndArray();
  out.Key("b").BeginObject().Key("c").String("d").EndObject().Key("e").BeginArray().EndArray().EndObject();
  EXPECT_EQ(out.Take(), R"({"a":[1,true,{},null],"b":{"c":"d"},"e":[]})");
}

TEST(JsonWriter, WritesThousandthsWithoutIdleDigits) {
  const auto written = [](std::int64_t value) { return JsonWriter().Thousandths(value).Take(); };
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(1), "0.001");
  EXPECT_EQ(written(1250), "1.25");
  EXPECT_EQ(written(100'500), "100.5");
  EXPECT_EQ(written(7'000), "7");
  EXPECT_EQ(written(-1'020), "-1.02");
}

TEST(JsonWriter, WritesAnyBytesAsAValidString) {
  std::minstd_rand chance(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(chance() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(chance());
    const std::string text = JsonWriter().String(bytes).Take();
    const auto read = nlohmann::json::parse(text);
    // Valid text comes back as it was.
    try {
      EXPECT_EQ(nlohmann::json::parse(nlohmann::json(bytes).dump()), read);
    } catch (const nlohmann::json::type_error&) {
      EXPECT_NE(read.get<std::string>().find("\xef\xbf\xbd"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace hearsay
