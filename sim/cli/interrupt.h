/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

/* Ctrl-C, SIGTERM and SIGHUP ask for an end; the simulation stops at the next opportunity and leaves no half-written file. */

#include <signal.h>

/* Catches SIGINT, SIGTERM and SIGHUP; a second one ends the program at once. Ignores SIGPIPE and SIGXFSZ: a failed
   write tells. */
void interrupt_catch(void);

/* The flag that a signal sets. */
const volatile sig_atomic_t *interrupt_flag(void);

/* Ends the program as a closed pipe does by default. */
void interrupt_die_of_pipe(void);

#endif
