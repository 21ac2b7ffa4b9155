# Writes the files of a folder as a C++ source, a row {"<name>", <text>} for each:
#   cmake -DFOLDER=… -DPATTERNS=… -DNAME=NAME|NAME_WE -DHEADER=… -DNAMESPACE=… -DTYPE=…
#     -DFUNCTION=… -DOUTPUT=… -P this
# PATTERNS are separated by commas; FUNCTION gives a std::span of TYPE, in the order of the names.
string(REPLACE "," ";" patterns "${PATTERNS}")
list(TRANSFORM patterns PREPEND ${FOLDER}/)
file(GLOB files ${patterns})
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} ${NAME})
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::span<const ${TYPE}> ${FUNCTION}() noexcept {
  static constexpr ${TYPE} kAll[] = {
${rows}  };
  return kAll;
}

}  // namespace ${NAMESPACE}
")
