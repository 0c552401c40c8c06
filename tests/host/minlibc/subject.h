// SPDX-License-Identifier: BSD-3-Clause
// minlibc's functions have the types of glibc's and ml_ before their names.
#ifndef SUBJECT_H
#define SUBJECT_H

#define ML(name) extern __typeof__(name) ml_##name

#endif
