// SPDX-License-Identifier: BSD-3-Clause
// Made by gen/generate.py: change that, not this.
#ifndef MINLIBM_COEF_H
#define MINLIBM_COEF_H

// error below 2^-65
#define EXP_0 0x1.ffffffffffdb8p-2
#define EXP_1 0x1.55555555554c0p-3
#define EXP_2 0x1.55555cf999818p-5
#define EXP_3 0x1.111115681abccp-7

// error below 2^-41
#define EXPF_0 0x1.0000088610de7p-1
#define EXPF_1 0x1.55555d90aab00p-3

// error below 2^-65
#define LOG_0 0x1.55555555555a9p-2
#define LOG_1 -0x1.0000000000032p-2
#define LOG_2 0x1.99999989c2d14p-3
#define LOG_3 -0x1.555555470f453p-3
#define LOG_4 0x1.24991d6d06e74p-3
#define LOG_5 -0x1.000660be5bea9p-3

// error below 2^-73
#define POWLOG_0 0x1.5555555555555p-2
#define POWLOG_1 -0x1.000000000003cp-2
#define POWLOG_2 0x1.99999999a52e7p-3
#define POWLOG_3 -0x1.5555554837a88p-3
#define POWLOG_4 0x1.2492452de6605p-3
#define POWLOG_5 -0x1.0005fb14dfbc0p-3
#define POWLOG_6 0x1.c80053e076244p-4

// error below 2^-40
#define LOGF_0 0x1.555555508be81p-2
#define LOGF_1 -0x1.0002514af6155p-2
#define LOGF_2 0x1.99a0909ecba24p-3

// error below 2^-63
#define EXPM1_0 0x1.5555555555551p-3
#define EXPM1_1 0x1.5555555555555p-5
#define EXPM1_2 0x1.111111111b38dp-7
#define EXPM1_3 0x1.6c16c16c1996dp-10
#define EXPM1_4 0x1.a019ffc6a6bebp-13
#define EXPM1_5 0x1.a01a00df62b1bp-16
#define EXPM1_6 0x1.720035374ca46p-19
#define EXPM1_7 0x1.27f7360e4674ap-22

// error below 2^-57
#define SIN_0    -0x1.5555555555548p-3
#define SIN_1    0x1.111111110f731p-7
#define SIN_2    -0x1.a01a019be95cfp-13
#define SIN_3    0x1.71de355577b2ep-19
#define SIN_4    -0x1.ae5e4bd57288ep-26
#define SIN_5    0x1.5d8b747badc85p-33
#define SIN_0_HI -0x1.5555550000000p-3
#define SIN_0_LO -0x1.5555520000000p-29

// error below 2^-63
#define COS_0 0x1.555555555554bp-5
#define COS_1 -0x1.6c16c16c15015p-10
#define COS_2 0x1.a01a019c8f24ap-16
#define COS_3 -0x1.27e4f7f19048ap-22
#define COS_4 0x1.1ee9dbcdf17fbp-29
#define COS_5 -0x1.8fa683d253e59p-37

// error below 2^-37
#define SINF_0 -0x1.5555554c71df7p-3
#define SINF_1 0x1.1111086a664ddp-7
#define SINF_2 -0x1.a00f7f2ccb35bp-13
#define SINF_3 0x1.6cd1f3d3bf311p-19

// error below 2^-33
#define COSF_0 0x1.55554a1181b5ep-5
#define COSF_1 -0x1.6c0c33bb92675p-10
#define COSF_2 0x1.99eba14ad8388p-16

// error below 2^-60
#define TAN_0    0x1.555555555555dp-2
#define TAN_1    0x1.11111111106ddp-3
#define TAN_2    0x1.ba1ba1bab238cp-5
#define TAN_3    0x1.664f485fc5a2dp-6
#define TAN_4    0x1.226e3a2f7fed3p-7
#define TAN_5    0x1.d6d2f4b63d79fp-9
#define TAN_6    0x1.7db0d9121767ep-10
#define TAN_7    0x1.34c31b591a225p-11
#define TAN_8    0x1.fecb8e713da36p-13
#define TAN_9    0x1.60705616c3400p-14
#define TAN_10   0x1.16642b99695adp-14
#define TAN_11   -0x1.9c28afe0ae6c6p-16
#define TAN_12   0x1.908b7e1eb3967p-15
#define TAN_13   -0x1.8fe61f7783a0bp-16
#define TAN_14   0x1.4589b532edd37p-17
#define TAN_0_HI 0x1.5555558000000p-2
#define TAN_0_LO -0x1.5555518000000p-29

// error below 2^-33
#define TANF_0 0x1.5555545690872p-2
#define TANF_1 0x1.11117872ddbf9p-3
#define TANF_2 0x1.b9ff23a85d86bp-5
#define TANF_3 0x1.68312ef2bc8e5p-6
#define TANF_4 0x1.110aae6776928p-7
#define TANF_5 0x1.47087b14c9704p-8
#define TANF_6 -0x1.36dbf73a77636p-11
#define TANF_7 0x1.0b5def6458b39p-9

// error below 2^-59
#define ASIN_0  0x1.5555555555577p-3
#define ASIN_1  0x1.333333332e132p-4
#define ASIN_2  0x1.6db6db7212583p-5
#define ASIN_3  0x1.f1c71a94f946fp-6
#define ASIN_4  0x1.6e8bdedf8aa42p-6
#define ASIN_5  0x1.1c49f06966f68p-6
#define ASIN_6  0x1.ca1f8c4b9bfcbp-7
#define ASIN_7  0x1.758592b91a47dp-7
#define ASIN_8  0x1.613c5b05fad90p-7
#define ASIN_9  0x1.e5f863908941fp-9
#define ASIN_10 0x1.639b967cc5fa5p-6
#define ASIN_11 -0x1.57fc469338d65p-6
#define ASIN_12 0x1.0b465c7d60537p-5

// error below 2^-31
#define ASINF_0 0x1.55554c5fcf35cp-3
#define ASINF_1 0x1.33387c8e039f9p-4
#define ASINF_2 0x1.6caed444d9211p-5
#define ASINF_3 0x1.04918ffbfde97p-5
#define ASINF_4 0x1.d92099a6e9238p-7
#define ASINF_5 0x1.33556fd68bc51p-5

// error below 2^-60
#define ATAN_0  -0x1.5555555555549p-2
#define ATAN_1  0x1.9999999997673p-3
#define ATAN_2  -0x1.249249237b4d3p-3
#define ATAN_3  0x1.c71c713cd2e85p-4
#define ATAN_4  -0x1.745d034e6b719p-4
#define ATAN_5  0x1.3b11df56599ccp-4
#define ATAN_6  -0x1.10f5140a64a7dp-4
#define ATAN_7  0x1.df9fb812a1946p-5
#define ATAN_8  -0x1.9f8372d783ab6p-5
#define ATAN_9  0x1.3f0e860be3266p-5
#define ATAN_10 -0x1.361b918f8acd6p-6

// error below 2^-62
#define ATANQ_0 -0x1.55555555554e7p-2
#define ATANQ_1 0x1.9999999789832p-3
#define ATANQ_2 -0x1.2492309987dc5p-3
#define ATANQ_3 0x1.c6364596a815ap-4

// error below 2^-36
#define ATANF_0  -0x1.5555552f287e1p-2
#define ATANF_1  0x1.9999846c6696cp-3
#define ATANF_2  -0x1.249039235363dp-3
#define ATANF_3  0x1.c6e85ae83408dp-4
#define ATANF_4  -0x1.72d630b99a247p-4
#define ATANF_5  0x1.33a16e54012a0p-4
#define ATANF_6  -0x1.f02fa304c7a8ep-5
#define ATANF_7  0x1.69ea61ccf8f9cp-5
#define ATANF_8  -0x1.b2f5a1ec611c9p-6
#define ATANF_9  0x1.81f6a4b73804fp-7
#define ATANF_10 -0x1.b402ba3ec67d0p-9
#define ATANF_11 0x1.ce1a1c8fade9dp-12

// error below 2^-64
#define SINH_0 0x1.5555555555556p-3
#define SINH_1 0x1.11111111109bap-7
#define SINH_2 0x1.a01a01a64beaep-13
#define SINH_3 0x1.71de16a2356d5p-19
#define SINH_4 0x1.af1d0cd41347ep-26

// error below 2^-64
#define TANH_0 -0x1.5555555555555p-2
#define TANH_1 0x1.1111111110f0ep-3
#define TANH_2 -0x1.ba1ba1b9b27cfp-5
#define TANH_3 0x1.664f483582e42p-6
#define TANH_4 -0x1.226e16f31a4e3p-7
#define TANH_5 0x1.d6c61145f5554p-9
#define TANH_6 -0x1.7bd8db1601eaap-10
#define TANH_7 0x1.15186e1247071p-11

// error below 2^-59
#define ASINH_0 -0x1.5555555555520p-3
#define ASINH_1 0x1.33333333259a1p-4
#define ASINH_2 -0x1.6db6db5ac0bbdp-5
#define ASINH_3 0x1.f1c70fa4b3186p-6
#define ASINH_4 -0x1.6e893d7e190c1p-6
#define ASINH_5 0x1.1c0b8f08a61fdp-6
#define ASINH_6 -0x1.c0fa2b00db78ap-7
#define ASINH_7 0x1.2c9c05b7cb428p-7

// error below 2^-56
#define ERF_0 0x1.06eba8214db69p-3
#define ERF_1 -0x1.812746b037a76p-2
#define ERF_2 0x1.ce2f21a051834p-4
#define ERF_3 -0x1.b82ce31bed437p-6
#define ERF_4 0x1.565bd00cf96c6p-8
#define ERF_5 -0x1.c02ec6a444a0ap-11
#define ERF_6 0x1.f9dcf1a72b662p-14
#define ERF_7 -0x1.fbe6dda511871p-17
#define ERF_8 0x1.189c6268506c0p-19
#define ERF_9 -0x1.25fd7d0c9bad6p-21

// error below 2^-69
#define STIRLING_0 -0x1.6c16c16c16ad0p-9
#define STIRLING_1 0x1.a01a019e75712p-11
#define STIRLING_2 -0x1.38137e20df8b3p-11
#define STIRLING_3 0x1.b94eff766d0e9p-11
#define STIRLING_4 -0x1.f5ebc8b00dc9dp-10
#define STIRLING_5 0x1.9601320078180p-8
#define STIRLING_6 -0x1.51ed05db352cfp-6

// error below 2^-58
#define LGAMMA1_0  0x1.a51a6625307d3p-1
#define LGAMMA1_1  -0x1.9a4d55beab24fp-2
#define LGAMMA1_2  0x1.151322ac7d73ep-2
#define LGAMMA1_3  -0x1.a8b9c17afcb22p-3
#define LGAMMA1_4  0x1.5b40cb10bd1c3p-3
#define LGAMMA1_5  -0x1.2703a14d6b1cdp-3
#define LGAMMA1_6  0x1.010b35bbf8571p-3
#define LGAMMA1_7  -0x1.c80748a83a243p-4
#define LGAMMA1_8  0x1.9a03169d5bff6p-4
#define LGAMMA1_9  -0x1.743a69708e372p-4
#define LGAMMA1_10 0x1.55077dfe4c958p-4
#define LGAMMA1_11 -0x1.4a36f7b0aefb5p-4
#define LGAMMA1_12 0x1.3496384d9d3f9p-4

// error below 2^-62
#define LGAMMA2_0  0x1.4a34cc4a60fa6p-2
#define LGAMMA2_1  -0x1.13e001a557607p-4
#define LGAMMA2_2  0x1.51322ac7d9aafp-6
#define LGAMMA2_3  -0x1.e404fc218df28p-8
#define LGAMMA2_4  0x1.7add6e9e040a9p-9
#define LGAMMA2_5  -0x1.38ac5c31707d4p-10
#define LGAMMA2_6  0x1.0b36d3f5fe14dp-11
#define LGAMMA2_7  -0x1.d3fd3a4750e6cp-13
#define LGAMMA2_8  0x1.a0dcd0dbead85p-14
#define LGAMMA2_9  -0x1.78eb13cd69d7ap-15
#define LGAMMA2_10 0x1.755c03f8d368ap-16
#define LGAMMA2_11 -0x1.3af151d81d657p-17

// error below 2^-62
#define ATANH_0 0x1.555555555555ap-2
#define ATANH_1 0x1.9999999998277p-3
#define ATANH_2 0x1.24924925cdf5ap-3
#define ATANH_3 0x1.c71c70bf7e6bcp-4
#define ATANH_4 0x1.745d556a6ca69p-4
#define ATANH_5 0x1.3b0adf80ad908p-4
#define ATANH_6 0x1.11d55da4ac15cp-4
#define ATANH_7 0x1.cd8a26442ad5dp-5
#define ATANH_8 0x1.2019e4769ecf0p-4

#define EXP_STEPS_BY_LN2     0x1.71547652b82fep+7
#define LN2_BY_STEPS_HI      0x1.62e42fefc0000p-8
#define LN2_BY_STEPS_LO      -0x1.c610ca86c3899p-44
#define EXP_STEPS_BY_LOG10_2 0x1.a934f0979a371p+8
#define LOG10_2_BY_STEPS_HI  0x1.3441350a00000p-9
#define LOG10_2_BY_STEPS_LO  -0x1.0c0219dc1da99p-46
#define LN2_HI               0x1.62e42fefa3800p-1
#define LN2_LO               0x1.ef35793c76730p-45
#define LN2                  0x1.62e42fefa39efp-1
#define LOG10_2_HI           0x1.34413509f8000p-2
#define LOG10_2_LO           -0x1.80433b83b532ap-44
#define LOG10_2              0x1.34413509f79ffp-2
#define INV_LN2_HI           0x1.7154768000000p+0
#define INV_LN2_LO           -0x1.6a3e80f444178p-27
#define INV_LN2              0x1.71547652b82fep+0
#define INV_LN10_HI          0x1.bcb7b18000000p-2
#define INV_LN10_LO          -0x1.6c8d78e6acaa4p-29
#define INV_LN10             0x1.bcb7b1526e50ep-2
#define LN10                 0x1.26bb1bbb55516p+1
#define LN10_HI              0x1.26bb1b8000000p+1
#define LN10_LO              0x1.daaa8ac16ea57p-26
#define TWO_BY_PI            0x1.45f306dc9c883p-1
#define PI_2A_HI             0x1.921fb54400000p+0
#define PI_2A_LO             0x1.0b4611a600000p-34
#define PI_2A_LO2            0x1.3198a2e037073p-69
#define PI_2_HI              0x1.921fb54442d18p+0
#define PI_2_LO              0x1.1a62633145c07p-54
#define HALF_LN_2PI_HI       0x1.d67f1c864beb4p-1
#define HALF_LN_2PI_LO       0x1.4d252f2400510p-54
#define EULER_GAMMA_HI       0x1.2788d00000000p-1
#define EULER_GAMMA_LO       -0x1.c824f385b2e42p-28
#define PI_2F_HI             0x1.921fb54400000p+0
#define PI_2F_LO             0x1.0b4611a626331p-34

#endif
