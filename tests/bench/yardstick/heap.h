/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
#pragma once
/* implicit D-ary min-heap of 16-byte {time bits, seq<<24|payload}; FIFO tie-break through seq; time >= 0 so IEEE bits are ordered */
#include <stdint.h>
#include <stdlib.h>
#ifndef D
#define D 4
#endif
typedef unsigned __int128 key_t_;
typedef struct { key_t_ *h; size_t n, cap; uint64_t seq; } heap_t;
static inline uint64_t d2u(double x){uint64_t u;memcpy(&u,&x,8);return u;}
static inline double u2d(uint64_t u){double x;memcpy(&x,&u,8);return x;}
static void heap_init(heap_t*q,size_t cap){ char*p=aligned_alloc(64,((cap+2*D)*16+127)/64*64); q->h=(key_t_*)(p+64-16); /* children of i start at D*i+1 => aligned groups */ q->n=0;q->cap=cap;q->seq=0; }
static inline void heap_push(heap_t*q,double t,uint32_t pl){ key_t_ k=((key_t_)d2u(t)<<64)|((q->seq++)<<24|pl); size_t i=q->n++; key_t_*h=q->h;
  while(i){ size_t p=(i-1)/D; if(h[p]<=k) break; h[i]=h[p]; i=p; } h[i]=k; }
static inline void sift(heap_t*q,key_t_ k){ key_t_*h=q->h; size_t n=q->n,i=0;
  for(;;){ size_t c=D*i+1; if(c+D<=n){ size_t m=c; key_t_ mk=h[c]; for(int j=1;j<D;j++){ int b=h[c+j]<mk; mk=b?h[c+j]:mk; m=b?c+j:m; }
      if(k<=mk) break; h[i]=mk; i=m; }
    else { if(c>=n) break; size_t m=c; for(size_t j=c+1;j<n;j++) if(h[j]<h[m]) m=j; if(k<=h[m]) break; h[i]=h[m]; i=m; } }
  h[i]=k; }
static inline key_t_ heap_pop(heap_t*q){ key_t_ r=q->h[0]; key_t_ k=q->h[--q->n]; if(q->n) sift(q,k); return r; }
static inline key_t_ heap_replace(heap_t*q,double t,uint32_t pl){ key_t_ r=q->h[0]; key_t_ k=((key_t_)d2u(t)<<64)|((q->seq++)<<24|pl); sift(q,k); return r; }
