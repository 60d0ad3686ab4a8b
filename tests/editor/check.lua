-- Run by run.sh inside of Neovim, 0.7 or later.

local program, folder = vim.env.SCHEMALINT, vim.env.FOLDER

local function fail(message)
  io.stderr:write("\n" .. message .. "\n")
  vim.cmd("cquit 1")
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("*a")
  file:close()
  return text
end

--- A byte of a text as a line and a column in bytes, both from 0, as Neovim counts.
local function place(text, byte)
  local line, start = 0, 1
  for at in text:sub(1, byte):gmatch("()\n") do
    line, start = line + 1, at + 1
  end
  return line, byte - start + 1
end

--- What the command line says of the folder.
local function by_command_line()
  local out = vim.fn.system("cd " .. vim.fn.shellescape(folder) .. " && " .. program .. " check . --format json 2>/dev/null")
  local found = {}
  for _, finding in ipairs(vim.fn.json_decode(out).findings) do
    local at = finding.location
    local text = read(folder .. "/" .. at.path)
    local line, column = place(text, at.start.byte)
    local end_line, end_column = place(text, at["end"].byte)
    local severity = finding.level == "error" and 1 or 2
    table.insert(found, table.concat({ at.path, line, column, end_line, end_column, finding.rule, severity }, " "))
  end
  table.sort(found)
  return found
end

--- What the editor holds.
local function by_editor()
  local found = {}
  for _, item in ipairs(vim.diagnostic.get()) do
    local path = vim.api.nvim_buf_get_name(item.bufnr):sub(#folder + 2)
    local code = item.code or item.user_data.lsp.code
    table.insert(found, table.concat({ path, item.lnum, item.col, item.end_lnum, item.end_col, code, item.severity }, " "))
    if item.source ~= "schemalint" then
      fail("a source " .. tostring(item.source))
    end
  end
  table.sort(found)
  return found
end

local compared = 0
local function compare(when)
  local expected, found = by_command_line(), by_editor()
  if not vim.deep_equal(expected, found) then
    fail(when .. "\nthe command line:\n" .. table.concat(expected, "\n") .. "\nthe editor:\n" .. table.concat(found, "\n"))
  end
  compared = compared + 1
  return #found
end

-- The first file that something is found in.
local first
for _, line in ipairs(by_command_line()) do
  first = first or line:match("^(%S+%.ts) ")
end
if not first then
  fail("nothing is found in a script")
end
vim.cmd("edit " .. vim.fn.fnameescape(folder .. "/" .. first))
local buffer = vim.api.nvim_get_current_buf()
local config = {
  name = "schemalint",
  cmd = { program, "lsp" },
  root_dir = folder,
  workspace_folders = { { uri = vim.uri_from_fname(folder), name = "folder" } },
}
local id = vim.lsp.start_client(config) or fail("the server does not start")
vim.lsp.buf_attach_client(buffer, id)
if not vim.wait(20000, function() return vim.lsp.get_client_by_id(id) ~= nil and vim.lsp.get_client_by_id(id).initialized ~= nil end, 10) then
  fail("the server is not ready")
end
local client = vim.lsp.get_client_by_id(id)

local function ask(method, params)
  local answer, problem = client.request_sync(method, params, 60000, buffer)
  if not answer or answer.err then
    fail(method .. ": " .. tostring(problem) .. vim.inspect(answer))
  end
  return answer.result
end

local document = { uri = vim.uri_from_bufnr(buffer) }
--- Waits until everything that was said has been checked, and shown.
local function settle()
  -- The client sends what is typed with a delay.
  vim.wait(300)
  ask("textDocument/hover", { textDocument = document, position = { line = 0, character = 0 } })
  vim.wait(50)
end

settle()
local at_first = compare("as opened")
if at_first == 0 then
  fail("nothing is found")
end

-- Typed in front of everything, with characters that UTF-16 counts as two, then saved.
local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
local typed = {}
for _, line in ipairs(lines) do
  table.insert(typed, (line:gsub("^(%s+)([%w_]+: )", "%1/* é😀 */ %2")))
end
vim.api.nvim_buf_set_lines(buffer, 0, -1, false, typed)
vim.api.nvim_buf_set_lines(buffer, 0, 0, false, { "// ü😀" })
settle()
vim.cmd("silent write")
settle()
compare("after typing and saving")

-- A broken file is said, and mended by undoing.
vim.api.nvim_buf_set_lines(buffer, 0, 0, false, { "const = ;" })
settle()
local broken = table.concat(by_editor(), "\n")
if not broken:find("syntax%-error") then
  fail("what is broken is not said, before it is saved:\n" .. broken)
end
vim.cmd("silent write")
settle()
compare("saved while broken")
vim.api.nvim_buf_set_lines(buffer, 0, 1, false, {})
vim.cmd("silent write")
settle()
compare("mended")

-- A fix of the server, applied by the editor.
local everything = { start = { line = 0, character = 0 }, ["end"] = { line = 100000, character = 0 } }
local actions = ask("textDocument/codeAction", { textDocument = document, range = everything, context = { diagnostics = {} } })
if #actions == 0 then
  fail("no action is offered")
end
vim.lsp.util.apply_workspace_edit(actions[1].edit, client.offset_encoding)
settle()
vim.cmd("silent write")
settle()
local left = compare("after a fix")
if left >= at_first then
  fail("the fix removed nothing: " .. actions[1].title)
end

client.stop()
if not vim.wait(20000, function() return client.is_stopped() end, 10) then
  fail("the server does not end")
end
local log = io.open(vim.env.LOG, "a")
log:write(string.format("%s: the same %d times, %d findings at first, %d after `%s`\n", folder:match("[^/]+$"), compared, at_first, left, actions[1].title))
log:close()
vim.cmd("qall!")
