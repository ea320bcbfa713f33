#pragma once

namespace keymill::sigv4::test {

/// Starts counting this thread's allocations through operator new, from zero.
void start_counting_allocations();

/// Stops, and says how many there were.
int stop_counting_allocations();

}  // namespace keymill::sigv4::test
