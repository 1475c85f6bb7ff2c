# find_package(Engram CONFIG): what the library was linked with, then its targets.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(TBB)
find_dependency(xtensor)
find_dependency(xsimd)
include("${CMAKE_CURRENT_LIST_DIR}/EngramTargets.cmake")
