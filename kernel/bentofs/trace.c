// SPDX-License-Identifier: GPL-2.0
/* Defines the tracepoints of tracepoints/bentofs_trace.h. */
#include <linux/types.h>

#define CREATE_TRACE_POINTS
#include <bentofs_trace.h>
