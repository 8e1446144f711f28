# Flags every target of ours is built with. Dependencies come in as SYSTEM and stay silent.
add_library(urltrim_flags INTERFACE)
target_compile_options(urltrim_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)

if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # The frame of a coroutine holds its local lambdas. g++ lets that pass in a source, but takes every
  # file that a unity source includes for a header, where it would be a mistake.
  target_compile_options(urltrim_flags INTERFACE -Wno-subobject-linkage)
endif()

if(URLTRIM_SANITIZE)
  target_compile_options(urltrim_flags INTERFACE -fsanitize=${URLTRIM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(urltrim_flags INTERFACE -fsanitize=${URLTRIM_SANITIZE})
  if(URLTRIM_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC 12 warns of every std::atomic_thread_fence in Asio, which TSan does not model.
    target_compile_options(urltrim_flags INTERFACE -Wno-tsan)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # The instrumented code of libstdc++'s own templates (std::regex) makes it see uninitialised uses.
    target_compile_options(urltrim_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

if(URLTRIM_FAILPOINTS)
  target_compile_definitions(urltrim_flags INTERFACE URLTRIM_FAILPOINTS=1)
else()
  target_compile_definitions(urltrim_flags INTERFACE URLTRIM_FAILPOINTS=0)
endif()
