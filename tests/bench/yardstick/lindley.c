/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
/* W1 floor: Lindley recursion. argv: rho n */
#include <stdio.h>
#include <stdlib.h>
#include "rng.h"
#include "timing.h"
int main(int c,char**v){ double rho=c>1?atof(v[1]):.75; long n=c>2?atol(v[2]):1000000; uint64_t seed=c>3?atol(v[3]):1;
 zig_init(); rng_t r; rng_seed(&r,seed); double t=now(); double W=0,sum=0,ia=1.0/rho;
 for(long i=0;i<n;i++){ double S=rexp(&r); sum+=W+S; double A=rexp(&r)*ia; W=W+S-A; W=W>0?W:0; }
 t=now()-t; printf("lindley rho=%.2f n=%ld %.6f s %.2f ns/cust %.1f Mcust/s sojourn %.4f (exp %.4f) rss %ldKB\n",rho,n,t,t/n*1e9,n/t/1e6,sum/n,1/(1-rho),peak_kb()); }
