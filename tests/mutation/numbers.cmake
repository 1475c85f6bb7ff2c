# The tests of the copy for numeric mutants: what judges how well numbers are computed.
find_package(Boost 1.71 REQUIRED COMPONENTS unit_test_framework)
file(GLOB judges CONFIGURE_DEPENDS float_*.cpp float_lane/*.cpp double_cases.cpp strong_zeros.cpp
  no_influence*.cpp properties.cpp sweep_summary.cpp op_cases.cpp op_cases/*.cpp mutation/mutants.cpp)
add_executable(numbers ${judges})
target_link_libraries(numbers PRIVATE engram Boost::unit_test_framework)
target_compile_definitions(numbers PRIVATE
  BOOST_TEST_DYN_LINK ENGRAM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
