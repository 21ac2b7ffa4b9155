// Boost.JSON itself, compiled once here so that nothing has to be linked.
#include <boost/json/src.hpp>
