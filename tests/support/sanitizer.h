// SPDX-License-Identifier: MIT
// Whether the tests are built with a sanitizer.
//
//   Shape    MXSWEEP_ADDRESS_SANITIZER and MXSWEEP_THREAD_SANITIZER are 0 or 1.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MXSWEEP_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define MXSWEEP_THREAD_SANITIZER 1
#endif
#endif
#if !defined(MXSWEEP_ADDRESS_SANITIZER)
#if defined(__SANITIZE_ADDRESS__)
#define MXSWEEP_ADDRESS_SANITIZER 1
#else
#define MXSWEEP_ADDRESS_SANITIZER 0
#endif
#endif
#if !defined(MXSWEEP_THREAD_SANITIZER)
#if defined(__SANITIZE_THREAD__)
#define MXSWEEP_THREAD_SANITIZER 1
#else
#define MXSWEEP_THREAD_SANITIZER 0
#endif
#endif
