/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
/* W2: tandem of 5 M/M/4, rho .8; heap event loop; payload = station (0..4 service end, 5 arrival) <<20 bits unused + customer index (slab) */
#include <stdio.h>
#include <stdlib.h>
#include "rng.h"
#include "timing.h"
#include "heap.h"
#define NS 5
#define CC 4
#define CAP (1u<<18)
static rng_t R; static heap_t Q; static double T,sum; static long N=1000000,arr,dep;
static double birth[CAP]; static uint32_t freel[CAP]; static uint32_t nfree;
static struct { uint32_t *ring; uint64_t hd,tl; int busy; } S[NS];
static inline void enter(int s,uint32_t cu){ if(S[s].busy<CC){ S[s].busy++; heap_push(&Q,T+rexp(&R)*3.2,(uint32_t)s<<18|cu);} else S[s].ring[S[s].tl++&(CAP-1)]=cu; }
int main(int c,char**v){ N=c>1?atol(v[1]):1000000; zig_init(); rng_seed(&R,c>2?atol(v[2]):1); heap_init(&Q,256); for(int i=0;i<NS;i++) S[i].ring=malloc(4*CAP); for(uint32_t i=0;i<CAP;i++) freel[i]=CAP-1-i; nfree=CAP;
 double t=now(); heap_push(&Q,rexp(&R),5u<<18); long ev=0;
 while(Q.n){ key_t_ k=heap_pop(&Q); T=u2d((uint64_t)(k>>64)); ev++; uint32_t pl=(uint32_t)k&0xffffff; int s=pl>>18; uint32_t cu=pl&(CAP-1);
  if(s==5){ uint32_t x=freel[--nfree]; birth[x]=T; if(++arr<N) heap_push(&Q,T+rexp(&R),5u<<18); enter(0,x); }
  else { if(S[s].hd!=S[s].tl){ uint32_t nx=S[s].ring[S[s].hd++&(CAP-1)]; heap_push(&Q,T+rexp(&R)*3.2,(uint32_t)s<<18|nx);} else S[s].busy--;
    if(s+1<NS) enter(s+1,cu); else { sum+=T-birth[cu]; dep++; freel[nfree++]=cu; } } }
 t=now()-t; printf("tandem_heap%d n=%ld ev=%ld %.6f s %.2f ns/cust %.2f Mcust/s %.2f Mev/s sojourn %.4f rss %ldKB\n",D,N,ev,t,t/N*1e9,N/t/1e6,ev/t/1e6,sum/dep,peak_kb()); }
