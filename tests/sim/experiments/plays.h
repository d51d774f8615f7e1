// SPDX-License-Identifier: MIT
//
// The plays of all experiments, by file: play_views.cc, play_groups.cc, play_start.cc, play_graph.cc, play_wire.cc,
// play_census.cc, play_million.cc, play_seeds.cc, play_seed_sybils.cc.
#pragma once

#include "tests/sim/experiments/experiment.h"

namespace hearsay::sim {

#define HEARSAY_PLAY(name) std::vector<Figure> Play##name(std::uint64_t seed, const Progress& progress)
HEARSAY_PLAY(Views10);
HEARSAY_PLAY(Views30);
HEARSAY_PLAY(Views30Loud);
HEARSAY_PLAY(Views30Groups);
HEARSAY_PLAY(Views40);
HEARSAY_PLAY(Views50);
HEARSAY_PLAY(ColdStart);
HEARSAY_PLAY(Infrastructure);
HEARSAY_PLAY(OnePrefix);
HEARSAY_PLAY(Spies);
HEARSAY_PLAY(Crowds);
HEARSAY_PLAY(Restart);
HEARSAY_PLAY(Newcomer);
HEARSAY_PLAY(Poison);
HEARSAY_PLAY(Graph);
HEARSAY_PLAY(Crash);
HEARSAY_PLAY(Reflector);
HEARSAY_PLAY(Liars);
HEARSAY_PLAY(HalfAlive);
HEARSAY_PLAY(IdChurn);
HEARSAY_PLAY(Region);
HEARSAY_PLAY(Strangers);
HEARSAY_PLAY(OnPath);
HEARSAY_PLAY(Census);
HEARSAY_PLAY(Million);
HEARSAY_PLAY(Seeds);
HEARSAY_PLAY(SeedSybils);
#undef HEARSAY_PLAY

extern const char* const kViewsSetUp;
extern const char* const kGroupViewsSetUp;
extern const char* const kColdStartSetUp;
extern const char* const kInfrastructureSetUp;
extern const char* const kOnePrefixSetUp;
extern const char* const kSpiesSetUp;
extern const char* const kCrowdsSetUp;
extern const char* const kRestartSetUp;
extern const char* const kNewcomerSetUp;
extern const char* const kPoisonSetUp;
extern const char* const kGraphSetUp;
extern const char* const kCrashSetUp;
extern const char* const kReflectorSetUp;
extern const char* const kLiarsSetUp;
extern const char* const kHalfAliveSetUp;
extern const char* const kIdChurnSetUp;
extern const char* const kRegionSetUp;
extern const char* const kStrangersSetUp;
extern const char* const kOnPathSetUp;
extern const char* const kCensusSetUp;
extern const char* const kMillionSetUp;
extern const char* const kSeedsSetUp;
extern const char* const kSeedSybilsSetUp;

}  // namespace hearsay::sim
