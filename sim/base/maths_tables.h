/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MATHS_TABLES_H
#define MATHS_TABLES_H

/* Constants of maths.c, computed to 90 digits and rounded once. A value in two parts is its nearest double or
   its nearest multiple of 2^-42 so that sums of them are exact, and what that lacks. */

enum { EXP_STEPS = 32 /* 2^5 */, LOG_STEPS = 64 };

/* 2^(i/32) and what that double lacks, relative to it. */
static const struct {
    double power, lack;
} exp_table[EXP_STEPS] = {
    {0x1p+0, 0},
    {0x1.059b0d3158574p+0, 0x1.cd2523567f613p-55},
    {0x1.0b5586cf9890fp+0, 0x1.79aa65d837b6dp-54},
    {0x1.11301d0125b51p+0, -0x1.556522a2fbd0ep-54},
    {0x1.172b83c7d517bp+0, -0x1.01b15eaa59348p-55},
    {0x1.1d4873168b9aap+0, 0x1.aecf73e3a2f6p-54},
    {0x1.2387a6e756238p+0, 0x1.68efde3a8a894p-54},
    {0x1.29e9df51fdee1p+0, 0x1.2f7e16d09ab31p-55},
    {0x1.306fe0a31b715p+0, 0x1.34d754db0abb6p-55},
    {0x1.371a7373aa9cbp+0, -0x1.24aedcc4b5068p-54},
    {0x1.3dea64c123422p+0, 0x1.59f48a72a4c6dp-55},
    {0x1.44e086061892dp+0, 0x1.363ed60c2ac11p-59},
    {0x1.4bfdad5362a27p+0, 0x1.690cebb7aafbp-56},
    {0x1.5342b569d4f82p+0, -0x1.8dec6bd0f385fp-56},
    {0x1.5ab07dd485429p+0, 0x1.063e1e21c5409p-54},
    {0x1.6247eb03a5585p+0, -0x1.c33c53bef4da8p-55},
    {0x1.6a09e667f3bcdp+0, -0x1.3b3efbf5e2228p-54},
    {0x1.71f75e8ec5f74p+0, -0x1.81f647e5a3ecfp-56},
    {0x1.7a11473eb0187p+0, -0x1.b32dcb94da51dp-56},
    {0x1.82589994cce13p+0, -0x1.369b6f13b3734p-54},
    {0x1.8ace5422aa0dbp+0, 0x1.db72fc1f0eab4p-55},
    {0x1.93737b0cdc5e5p+0, -0x1.da9b88b6c1e29p-58},
    {0x1.9c49182a3f09p+0, 0x1.1affc2b91ce27p-56},
    {0x1.a5503b23e255dp+0, -0x1.1bbd1d3bcbb15p-54},
    {0x1.ae89f995ad3adp+0, 0x1.c1a7792cb3387p-55},
    {0x1.b7f76f2fb5e47p+0, -0x1.8d6f438ad9334p-57},
    {0x1.c199bdd85529cp+0, 0x1.36eae30af0cb3p-56},
    {0x1.cb720dcef9069p+0, 0x1.76b2c6c921968p-57},
    {0x1.d5818dcfba487p+0, 0x1.4a385a63d07a7p-56},
    {0x1.dfc97337b9b5fp+0, -0x1.2d52107b43e1fp-55},
    {0x1.ea4afa2a490dap+0, -0x1.ff7128fd391fp-55},
    {0x1.f50765b6e454p+0, 0x1.a64a931d185eep-55},
};

/* For each of 64 intervals of [0.6875, 1.375): a reciprocal of its middle, to 10 bits, and minus the log of
   that reciprocal. On both sides of 1 the reciprocal is 1, so that log(x) keeps all its digits there. */
static const struct {
    double reciprocal, log, lack;
} log_table[LOG_STEPS] = {
    {0x1.728p+0, -0x1.7a8c586cdfp-2, -0x1.5107d6a24fe8p-44},
    {0x1.6ep+0, -0x1.6e08eaa2bap-2, -0x1.e38c139318d71p-46},
    {0x1.6ap+0, -0x1.62c82f2b9cp-2, -0x1.e54bdbd7c8a98p-44},
    {0x1.66p+0, -0x1.5767717456p-2, 0x1.64ead9524d7cap-44},
    {0x1.62p+0, -0x1.4be5f95778p-2, 0x1.d7c92cd9ad824p-44},
    {0x1.5e8p+0, -0x1.41b941cce1p-2, 0x1.0469013e43fc9p-44},
    {0x1.5bp+0, -0x1.3772662bfep-2, 0x1.e9436ac53b023p-44},
    {0x1.57p+0, -0x1.2b9303ab8ap-2, 0x1.6db12d6bfb0a5p-45},
    {0x1.538p+0, -0x1.2112559861p-2, -0x1.82e78ba2950c4p-44},
    {0x1.5p+0, -0x1.1675cababap-2, -0x1.8380e731f55c4p-44},
    {0x1.4c8p+0, -0x1.0bbccdb0d2p-2, -0x1.2f32ccc5dcdfbp-44},
    {0x1.498p+0, -0x1.0274dc16c2p-2, -0x1.979e89cf835c2p-45},
    {0x1.46p+0, -0x1.ef0adcbdc6p-3, 0x1.b26b79c86af24p-45},
    {0x1.43p+0, -0x1.dc1bca0abep-3, -0x1.8fac1a628ccc6p-44},
    {0x1.3f8p+0, -0x1.c5cba543aep-3, -0x1.0929decb454fcp-45},
    {0x1.3c8p+0, -0x1.b2797ee464p-3, 0x1.be88a906d00a9p-44},
    {0x1.398p+0, -0x1.9ef83d276ap-3, 0x1.730b7b3f9cep-45},
    {0x1.368p+0, -0x1.8b46f82236p-3, -0x1.2d9f2102dd7c9p-46},
    {0x1.338p+0, -0x1.7764c128f2p-3, -0x1.274903479e3d1p-47},
    {0x1.31p+0, -0x1.66acd4272ap-3, -0x1.aa1bdbfc6c785p-44},
    {0x1.2ep+0, -0x1.526e5e3a1cp-3, 0x1.790ba37fc5238p-44},
    {0x1.2b8p+0, -0x1.41682bf728p-3, 0x1.10047081f849dp-45},
    {0x1.288p+0, -0x1.2cca0f5f6p-3, 0x1.b5ef191aff12p-44},
    {0x1.26p+0, -0x1.1b72ad52f6p-3, -0x1.e80a41811a396p-45},
    {0x1.238p+0, -0x1.09f561ee72p-3, 0x1.8f3057157d1a8p-45},
    {0x1.208p+0, -0x1.e98b54967p-4, -0x1.4677489c50e97p-44},
    {0x1.1ep+0, -0x1.c5e548f5bcp-4, -0x1.d0c57585fbe06p-46},
    {0x1.1b8p+0, -0x1.a1ef1d806p-4, -0x1.cd4176df97bcbp-44},
    {0x1.198p+0, -0x1.84ef898e84p-4, 0x1.7d5cd246977c9p-44},
    {0x1.17p+0, -0x1.60658a9374p-4, -0x1.0c3b1dee9c4f8p-44},
    {0x1.148p+0, -0x1.3b87598b1cp-4, 0x1.2241594aca313p-45},
    {0x1.12p+0, -0x1.16536eea38p-4, 0x1.47c5e768fa309p-46},
    {0x1.1p+0, -0x1.f0a30c0118p-5, 0x1.d599e83368e91p-45},
    {0x1.0d8p+0, -0x1.a4fe9ffa4p-5, 0x1.6e584a0402925p-44},
    {0x1.0b8p+0, -0x1.67f94f0948p-5, -0x1.ecc1f3e7e4ed7p-44},
    {0x1.098p+0, -0x1.2a7ec2215p-5, 0x1.78ce77a9163fep-45},
    {0x1.07p+0, -0x1.b9fc027bp-6, 0x1.b9a010ae6922ap-44},
    {0x1.05p+0, -0x1.3cea44347p-6, 0x1.6a2c432d6a40bp-44},
    {0x1.03p+0, -0x1.7dc475f82p-7, 0x1.eb1245b5da1f5p-44},
    {0x1p+0, 0, 0},
    {0x1p+0, 0, 0},
    {0x1.f4p-1, 0x1.8492528c9p-6, -0x1.aa0ba325a0c34p-45},
    {0x1.edp-1, 0x1.35c8bfaa1p-5, 0x1.8357d5ef9eb35p-44},
    {0x1.e5p-1, 0x1.bbcebfc69p-5, -0x1.7bf868c317c2ap-46},
    {0x1.dep-1, 0x1.1973bd1464p-4, 0x1.566d154f930b3p-44},
    {0x1.d7p-1, 0x1.55e10050ep-4, 0x1.c1d740c53c72ep-47},
    {0x1.d1p-1, 0x1.8a6477a91cp-4, 0x1.c28c0af9bd6dfp-44},
    {0x1.cap-1, 0x1.c885801bc4p-4, 0x1.646d1c65aacd3p-45},
    {0x1.c4p-1, 0x1.fe89139dbcp-4, 0x1.56594d82f7a82p-44},
    {0x1.bep-1, 0x1.1aa2b7e24p-3, -0x1.1ac38dde3b366p-44},
    {0x1.b8p-1, 0x1.365fcb015ap-3, -0x1.fd3a0afb9691bp-44},
    {0x1.b2p-1, 0x1.527e5e4a1cp-3, -0x1.4e60b8d4b411dp-44},
    {0x1.acp-1, 0x1.6f0128b756p-3, 0x1.577390d31ef0fp-44},
    {0x1.a7p-1, 0x1.871213750ep-3, 0x1.328eb42f9af75p-44},
    {0x1.a1p-1, 0x1.a454082e6ap-3, 0x1.60a77c81f7171p-44},
    {0x1.9cp-1, 0x1.bd087383bep-3, -0x1.d4bc4595412b6p-45},
    {0x1.97p-1, 0x1.d60a17f904p-3, -0x1.5d6e06fc20d39p-44},
    {0x1.92p-1, 0x1.ef5ade4ddp-3, -0x1.a211565bb8e11p-51},
    {0x1.8dp-1, 0x1.047e60cde8p-2, 0x1.dbdf10d397f3cp-45},
    {0x1.88p-1, 0x1.1178e8227ep-2, 0x1.1ef78ce2d07f2p-44},
    {0x1.84p-1, 0x1.1bf99635a7p-2, -0x1.1ac89575c2125p-44},
    {0x1.7fp-1, 0x1.2941afb187p-2, -0x1.210c2b730e28bp-44},
    {0x1.7bp-1, 0x1.3401e12aedp-2, -0x1.17c73556e291dp-44},
    {0x1.76p-1, 0x1.419b423d5fp-2, -0x1.ce379226de3ecp-44},
};

#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_LOW 0x1.ef35793c7673p-45
#define STEP_HIGH 0x1.62e42fefap-6 /* ln 2 / 32 */
#define STEP_LOW 0x1.cf79abc9e3b3ap-45
#define STEPS_PER_UNIT 0x1.71547652b82fep+5 /* 32 / ln 2 */

#endif
