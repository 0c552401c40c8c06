#include "check.h"
void test_files(void)
{
}
