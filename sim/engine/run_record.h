/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

/* What a run keeps of what happened: outputs, meters, series, requests, capacity. For run.c only. */

struct run;
struct node;

/* Sets the clock of the samples and the timer that forgets the lead-in, before nodes start. */
void run_record_open(struct run *run);

/* Takes the outputs of a node that has just started; those with a SKU get a meter. */
void run_record_outputs(struct run *run, struct node *node);

/* Sets the timers that sample and read meters. */
void run_record_ready(struct run *run);

/* Reads every output and meter for the last time. */
void run_record_close(struct run *run);

#endif
