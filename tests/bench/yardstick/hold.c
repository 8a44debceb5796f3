/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
/* W3: hold model */
#include <stdio.h>
#include <stdlib.h>
#include "rng.h"
#include "timing.h"
#include "heap.h"
int main(int c,char**v){ long N=c>1?atol(v[1]):1000; long M=c>2?atol(v[2]):5000000; int rep=c>3?atoi(v[3]):0; zig_init(); rng_t R; rng_seed(&R,1); heap_t Q; heap_init(&Q,N+8);
 for(long i=0;i<N;i++) heap_push(&Q,rexp(&R),i&0xffffff); double T=0; 
 for(long i=0;i<2*N;i++){ key_t_ k=heap_pop(&Q); heap_push(&Q,u2d((uint64_t)(k>>64))+rexp(&R),(uint32_t)k&0xffffff);} 
 double t=now();
 if(rep) for(long i=0;i<M;i++){ T=u2d((uint64_t)(Q.h[0]>>64)); heap_replace(&Q,T+rexp(&R),(uint32_t)Q.h[0]&0xffffff); }
 else for(long i=0;i<M;i++){ key_t_ k=heap_pop(&Q); T=u2d((uint64_t)(k>>64)); heap_push(&Q,T+rexp(&R),(uint32_t)k&0xffffff);} 
 t=now()-t; printf("hold_heap%d%s N=%ld %.2f ns/ev %.2f Mev/s T=%.3f rss %ldKB\n",D,rep?"_replace":"",N,t/M*1e9,M/t/1e6,T,peak_kb()); }
