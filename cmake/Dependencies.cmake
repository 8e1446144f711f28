# Every dependency of the project, once. All of them are Debian packages; scripts/setup installs them.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
if(URLTRIM_TESTS)
  find_package(GTest REQUIRED)
  # Debian's interpreter, not one that happens to come first in PATH: pytest is Debian's too.
  set(URLTRIM_PYTHON /usr/bin/python3)
endif()

# Asio is header-only; one executor type everywhere keeps compile times and call costs down.
add_library(urltrim_asio INTERFACE)
target_link_libraries(urltrim_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(urltrim_asio INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_NO_TS_EXECUTORS)
