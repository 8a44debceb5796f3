/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
#pragma once
#include <stdint.h>
#include <math.h>
#include <string.h>
/* xoshiro256++ and 256-layer ziggurat exponential (Marsaglia-Tsang layout, 53-bit), own code */
typedef struct { uint64_t s[4]; } rng_t;
static inline uint64_t rotl(uint64_t x,int k){return (x<<k)|(x>>(64-k));}
static inline uint64_t rng_next(rng_t*r){
  uint64_t *s=r->s; uint64_t res=rotl(s[0]+s[3],23)+s[0], t=s[1]<<17;
  s[2]^=s[0]; s[3]^=s[1]; s[1]^=s[2]; s[0]^=s[3]; s[2]^=t; s[3]=rotl(s[3],45); return res;}
static inline double rng_u(rng_t*r){return (double)(rng_next(r)>>11)*0x1.0p-53;}
static void rng_seed(rng_t*r,uint64_t x){for(int i=0;i<4;i++){x+=0x9e3779b97f4a7c15ull;uint64_t z=x;z=(z^(z>>30))*0xbf58476d1ce4e5b9ull;z=(z^(z>>27))*0x94d049bb133111ebull;r->s[i]=z^(z>>31);}}
static double zx[257], zw[256], zf[257]; static uint64_t zk[256];
static void zig_init(void){
  /* 256 layers: r=7.69711747013104972, v=0.0039496598225815571993 */
  double r=7.69711747013104972, v=0.0039496598225815571993;
  zx[0]=v/exp(-r); zx[1]=r; zx[256]=0; /* zx[0] = base layer width */
  for(int i=2;i<256;i++){ zx[i]=-log(v/zx[i-1]+exp(-zx[i-1])); }
  for(int i=0;i<=256;i++) zf[i]=exp(-zx[i]);
  for(int i=0;i<256;i++){ zw[i]=zx[i]*0x1.0p-53; zk[i]=(uint64_t)(zx[i+1]/zx[i]*0x1.0p53); }
}
static double __attribute__((noinline)) zig_slow(rng_t*r,uint64_t u,int i){
  for(;;){
    uint64_t m=u>>11; double x=(double)m*zw[i];
    if(m<zk[i]) return x;
    if(i==0){ return 7.69711747013104972 - log(1.0-rng_u(r)); }
    if(zf[i]+rng_u(r)*(zf[i+1]-zf[i]) < exp(-x)) return x;
    u=rng_next(r); i=u&255;
  }}
static inline double rexp(rng_t*r){
  uint64_t u=rng_next(r); int i=u&255; uint64_t m=u>>11;
  if(__builtin_expect(m<zk[i],1)) return (double)m*zw[i];
  return zig_slow(r,u,i);}
