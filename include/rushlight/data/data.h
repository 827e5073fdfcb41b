// Data for training: datasets, transforms, samplers, and loaders with seeded shuffling and prefetching threads.
#pragma once
#include "rushlight/data/data_loader.h"
#include "rushlight/data/datasets.h"
#include "rushlight/data/idx.h"
#include "rushlight/data/samplers.h"
#include "rushlight/data/transforms.h"
