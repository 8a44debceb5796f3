/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
/* W1: generic heap event loop in C. Function-pointer-free: type in payload. FIFO ring of arrival times */
#include <stdio.h>
#include <stdlib.h>
#include "rng.h"
#include "timing.h"
#include "heap.h"
typedef void (*fn)(void);
static rng_t R; static heap_t Q; static double T,ia=1.0/.75,sum; static long N=1000000,arr,dep; static double *ring; static uint64_t hd,tl,mask=(1<<20)-1;
static void arrive(void){ ring[tl++&mask]=T; if(++arr<N) heap_push(&Q,T+rexp(&R)*ia,0); if(tl-hd==1) heap_push(&Q,T+rexp(&R),1); }
static void depart(void){ sum+=T-ring[hd++&mask]; dep++; if(tl!=hd) heap_push(&Q,T+rexp(&R),1); }
static fn H[2]={arrive,depart};
int main(int c,char**v){ double rho=c>1?atof(v[1]):.75; N=c>2?atol(v[2]):1000000; ia=1/rho; zig_init(); rng_seed(&R,c>3?atol(v[3]):1); heap_init(&Q,64); ring=malloc(8<<20);
 double t=now(); heap_push(&Q,rexp(&R)*ia,0); long ev=0;
 while(Q.n){ key_t_ k=heap_pop(&Q); T=u2d((uint64_t)(k>>64)); ev++; H[(uint32_t)k&0xffffff](); }
 t=now()-t; printf("mm1_heap%d rho=%.2f n=%ld ev=%ld %.6f s %.2f ns/cust %.2f Mcust/s %.2f Mev/s sojourn %.4f (exp %.4f) rss %ldKB\n",D,rho,N,ev,t,t/N*1e9,N/t/1e6,ev/t/1e6,sum/dep,1/(1-rho),peak_kb()); }
