# urltrim_embed(target namespace file...): puts files into the binary, byte for byte, through the
# assembler's .incbin. For each file NAME.ext the generated header <target>.hpp declares
# `std::string_view namespace::name_ext()`; every character outside [A-Za-z0-9] becomes `_`, and a name
# that starts with a digit gets one in front. `namespace::files()` lists all of them, in the given order.
function(urltrim_embed target namespace)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${target})
  set(assembly "    .section .rodata\n")
  set(header "#pragma once\n#include <array>\n#include <string_view>\n\nnamespace ${namespace} {\n")
  set(externs "")
  set(files "")
  list(LENGTH ARGN count)
  foreach(file IN LISTS ARGN)
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    string(REGEX REPLACE "[^A-Za-z0-9]" "_" symbol ${name})
    if(symbol MATCHES "^[0-9]")
      string(PREPEND symbol "_")
    endif()
    string(APPEND assembly
      "    .global ${target}_${symbol}_begin, ${target}_${symbol}_end\n"
      "${target}_${symbol}_begin:\n    .incbin \"${path}\"\n${target}_${symbol}_end:\n    .byte 0\n")
    string(APPEND externs "extern \"C\" const char ${target}_${symbol}_begin[], ${target}_${symbol}_end[];\n")
    string(APPEND header
      "inline std::string_view ${symbol}() { return {${target}_${symbol}_begin, ${target}_${symbol}_end}; }\n")
    string(APPEND files "        File{\"${name}\", ${symbol}()},\n")
    set_property(SOURCE ${directory}/${target}.S APPEND PROPERTY OBJECT_DEPENDS ${path})
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")
  string(REPLACE "namespace ${namespace} {\n" "${externs}\nnamespace ${namespace} {\n" header "${header}")
  string(APPEND header
    "struct File { std::string_view name, content; };\n"
    "inline std::array<File, ${count}> files() {\n    return {\n${files}    };\n}\n}\n")
  file(CONFIGURE OUTPUT ${directory}/${target}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${directory}/${target}.hpp CONTENT "${header}" @ONLY)
  add_library(${target} STATIC ${directory}/${target}.S)
  target_include_directories(${target} SYSTEM INTERFACE ${directory})
endfunction()
