#include <cstdio>

int main() {
  std::puts("bartizan");
  return 0;
}
