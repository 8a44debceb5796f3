/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
/* W2 floor: stage-wise Kiefer-Wolfowitz replace-min over 4 servers, 5 stations in tandem, feed-forward; carries birth time */
#include <stdio.h>
#include <stdlib.h>
#include "rng.h"
#include "timing.h"
#define NS 5
#define C 4
int main(int c,char**v){ long n=c>1?atol(v[1]):1000000; zig_init(); rng_t r; rng_seed(&r,1); double ms=3.2;
 double F[NS][C],Bt[NS][C]; for(int s=0;s<NS;s++)for(int k=0;k<C;k++){F[s][k]=-1;Bt[s][k]=-1;}
 double t0=now(),t=0,sum=0; long done=0;
 for(long i=0;i<n;i++){ t+=rexp(&r); double a=t,b=t; int s=0;
  for(;s<NS;s++){ double*f=F[s]; int m=0; double fm=f[0]; for(int k=1;k<C;k++){ int q=f[k]<fm; fm=q?f[k]:fm; m=q?k:m; }
    double st=a>fm?a:fm; double ob=Bt[s][m]; f[m]=st+rexp(&r)*ms; Bt[s][m]=b; if(fm<0) break; a=fm; b=ob; }
  if(s==NS){ sum+=a-b; done++; } }
 t0=now()-t0; printf("stagewise n=%ld %.6f s %.2f ns/cust %.2f Mcust/s %.1f Mev/s(6/cust) sojourn %.4f done %ld\n",n,t0,t0/n*1e9,n/t0/1e6,6.0*n/t0/1e6,sum/done,done); }
