#include "check.h"
void test_process(void)
{
}
