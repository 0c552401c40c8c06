#include "check.h"
void test_descriptors(void)
{
}
