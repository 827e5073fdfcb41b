// Everything of the C++ door in one include: tensors and ops, autograd, nn, optim, data, files.
#pragma once
#include "rushlight/autograd.h"
#include "rushlight/creation.h"
#include "rushlight/data/data.h"
#include "rushlight/indexing.h"
#include "rushlight/nn.h"
#include "rushlight/ops.h"
#include "rushlight/optim/optimizer.h"
#include "rushlight/optim/schedulers.h"
#include "rushlight/print.h"
#include "rushlight/serialize.h"
