# Writes the presets of conf/presets as a C++ source: cmake -DFOLDER=… -DOUTPUT=… -P this
file(GLOB presets ${FOLDER}/*.yaml)
list(SORT presets)
set(rows "")
foreach(preset ${presets})
  get_filename_component(name ${preset} NAME_WE)
  file(READ ${preset} text)
  string(APPEND rows "    {\"${name}\", R\"preset(${text})preset\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"conf/presets.h\"

namespace gapura::conf {

std::span<const Preset> presets() noexcept {
  static constexpr Preset kAll[] = {
${rows}  };
  return kAll;
}

}  // namespace gapura::conf
")
