find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(libseccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(yara_needs REQUIRED IMPORTED_TARGET libcrypto jansson libmagic)
find_library(BARTIZAN_LIBYARA libyara.a REQUIRED)
pkg_check_modules(libqrencode REQUIRED IMPORTED_TARGET libqrencode)
if(BARTIZAN_TESTS)
  find_package(GTest REQUIRED)
endif()
if(BARTIZAN_BENCH)
  find_package(benchmark REQUIRED)
endif()

# -pthread as re2's own flags ask: what is precompiled once for all needs the flags that each is compiled with.
# Contraction off: a verdict must not depend on whether the compiler fused a multiply and an add.
# Missing initialisers are how designated initialisers are meant to be used.
set(BARTIZAN_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  -pthread -ffp-contract=off)
