@echo off
rem Starts the server's program with the Node that Holdfast brings along.
setlocal
set "home=%~dp0.."
set "node=%home%\node_modules\node\bin\node.exe"
if not exist "%node%" (
  echo Holdfast is not set up yet; doing that now. 1>&2
  node "%home%\scripts\prepare.mjs" --packages 1>&2 || exit /b 1
)
if not defined NODE_COMPILE_CACHE set "NODE_COMPILE_CACHE=%LOCALAPPDATA%\holdfast\node"
if not defined UV_THREADPOOL_SIZE set UV_THREADPOOL_SIZE=16
"%node%" --max-semi-space-size=4 --experimental-ffi --disable-warning=ExperimentalWarning "%home%\server\cli\main.ts" %*
exit /b %errorlevel%
