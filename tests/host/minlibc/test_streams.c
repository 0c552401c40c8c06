#include "check.h"
void test_streams(void)
{
}
